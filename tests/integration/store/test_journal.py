import asyncio
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from service.contract.decision import Decision, Verdict
from service.contract.errors import JournalUnavailable, SetupError
from service.store.entry import Entry, Event, EventKind
from service.store.journal import Journal, JournalOptions
from service.store.sightings import Sighting, sighting_of
from service.store.writer import Recovery
from tests.decisions import START, a_decision
from tests.eventually import eventually


@asynccontextmanager
async def opened(
    folder: Path, options: JournalOptions | None = None, failed: Callable[[], None] = lambda: None
) -> AsyncIterator[Journal]:
    journal = Journal(folder / "journal.db", options, failed)
    await journal.open()
    try:
        yield journal
    finally:
        await journal.close()


def on_disk(folder: Path) -> list[str]:
    with sqlite3.connect(f"file:{folder / 'journal.db'}?mode=ro", uri=True) as connection:
        return [row[0] for row in connection.execute("SELECT id FROM entries ORDER BY sequence")]


def seen(decision: Decision) -> Sighting:
    sighting = sighting_of(decision)
    assert sighting is not None
    return sighting


async def fill_disk(journal: Journal) -> None:
    await journal.change(lambda connection: connection.execute("PRAGMA max_page_count = 1").fetchall() and None)


@pytest.mark.parametrize("verdict", [Verdict.LEAK, Verdict.UNKNOWN])
async def test_a_leak_or_unknown_is_on_disk_when_its_receipt_is_honoured(tmp_path: Path, verdict: Verdict) -> None:
    async with opened(tmp_path, JournalOptions(linger_s=60)) as journal:
        decision = a_decision(verdict)
        receipt = journal.append([decision])
        assert receipt.durable is not None
        await receipt.durable
        assert on_disk(tmp_path) == [decision.decision_id]


async def test_a_good_well_waits_for_nothing_and_is_on_disk_within_a_fifth_of_a_second(tmp_path: Path) -> None:
    async with opened(tmp_path) as journal:
        decision = a_decision()
        started = time.monotonic()
        assert journal.append([decision]).durable is None
        await journal.tail.news(0)
        assert on_disk(tmp_path) == [decision.decision_id]
        assert time.monotonic() - started < 1.0, "0.1 s of lingering, the flush, and patience with a busy machine"


async def test_in_strict_mode_a_good_well_is_waited_for(tmp_path: Path) -> None:
    async with opened(tmp_path, JournalOptions(strict=True)) as journal:
        receipt = journal.append([a_decision()])
        assert receipt.durable is not None
        await receipt.durable
        assert len(on_disk(tmp_path)) == 1


async def test_a_leak_takes_the_good_wells_before_it_along_in_order(tmp_path: Path) -> None:
    async with opened(tmp_path, JournalOptions(linger_s=60)) as journal:
        entries: list[Entry] = [a_decision(), a_decision(), a_decision(Verdict.LEAK)]
        receipts = [journal.append([entry]) for entry in entries]
        assert receipts[2].durable is not None
        await receipts[2].durable
        assert on_disk(tmp_path) == [entry.decision_id for entry in entries if isinstance(entry, Decision)]


async def test_what_is_queued_at_the_end_is_written(tmp_path: Path) -> None:
    decisions = [a_decision() for _ in range(1000)]
    async with opened(tmp_path, JournalOptions(linger_s=60)) as journal:
        for decision in decisions:
            journal.append([decision])
    assert on_disk(tmp_path) == [decision.decision_id for decision in decisions]
    with pytest.raises(JournalUnavailable, match="closed"):
        journal.append([a_decision()])


async def test_a_restart_goes_on_with_higher_sequences_even_if_the_newest_rows_were_deleted(tmp_path: Path) -> None:
    async with opened(tmp_path) as journal:
        journal.append([a_decision() for _ in range(60)])
    async with opened(tmp_path) as journal:
        assert journal.tail.last_sequence == 60
        await journal.change(lambda connection: connection.execute("DELETE FROM entries").rowcount)
    async with opened(tmp_path) as journal:
        receipt = journal.append([a_decision(Verdict.LEAK)])
        assert receipt.durable is not None
        await receipt.durable
        assert journal.tail.last_sequence == 61


async def test_the_same_picture_gets_its_first_decision_from_memory_and_from_disk(tmp_path: Path) -> None:
    decisions = [a_decision(number=number) for number in range(100)]
    async with opened(tmp_path, JournalOptions(recent=10)) as journal:
        journal.append(decisions)
        assert await journal.earlier(seen(decisions[99])) is decisions[99]
        await journal.tail.news(99)
        assert await journal.earlier(seen(decisions[5])) == decisions[5]
        assert await journal.earlier(seen(a_decision(number=101))) is None
    async with opened(tmp_path, JournalOptions(recent=10)) as journal:
        for decision in (decisions[0], decisions[50], decisions[99]):
            assert await journal.earlier(seen(decision)) == decision
        assert await journal.earlier(seen(a_decision(number=50, well_id="13a"))) is None


async def test_of_two_equal_pictures_in_flight_both_get_the_first_decision(tmp_path: Path) -> None:
    async with opened(tmp_path) as journal:
        first, second = a_decision(Verdict.LEAK, number=1), a_decision(Verdict.LEAK, number=1)
        receipts = [journal.append([first]), journal.append([second, a_decision(Verdict.LEAK)])]
        assert receipts[1].entries[0] is first
        for receipt in receipts:
            assert receipt.durable is not None
            await receipt.durable
        assert on_disk(tmp_path).count(first.decision_id) == 1
        assert second.decision_id not in on_disk(tmp_path)


async def test_a_repetition_of_a_leak_waits_until_the_leak_is_on_disk(tmp_path: Path) -> None:
    async with opened(tmp_path) as journal:
        leak = a_decision(Verdict.LEAK)
        journal.append([leak])
        assert await journal.earlier(seen(leak)) is leak
        assert on_disk(tmp_path) == [leak.decision_id]


async def test_a_caller_that_is_cancelled_leaves_the_others_waiting_in_peace(tmp_path: Path) -> None:
    async with opened(tmp_path) as journal:
        leak = a_decision(Verdict.LEAK, number=1)
        one, other = journal.append([leak]), journal.append([a_decision(Verdict.LEAK, number=1)])
        assert one.durable is not None
        assert other.durable is not None
        asyncio.ensure_future(one.durable).cancel()
        await other.durable
        assert on_disk(tmp_path) == [leak.decision_id]


async def test_a_full_disk_refuses_leaks_keeps_acknowledged_good_wells_and_recovers(tmp_path: Path) -> None:
    failures: list[None] = []
    async with opened(tmp_path, JournalOptions(recovery=Recovery(0.01)), lambda: failures.append(None)) as journal:
        await fill_disk(journal)
        good = [a_decision() for _ in range(200)]
        journal.append(good)
        leak = a_decision(Verdict.LEAK)
        receipt = journal.append([leak])
        assert receipt.durable is not None
        with pytest.raises(JournalUnavailable, match="full"):
            await receipt.durable
        assert failures
        # The writer's next connection knows no limit: that is how the disk gets room again here.
        await eventually(lambda: journal.why is None)
        again = journal.append([a_decision(Verdict.LEAK, number=0)])
        assert again.durable is not None
        await again.durable
        kept = on_disk(tmp_path)
        assert kept[:200] == [decision.decision_id for decision in good]
        assert len(kept) == 201
        assert await journal.earlier(seen(leak)) is None, "a refused decision stands for no picture"


async def test_while_the_disk_refuses_nothing_more_is_taken(tmp_path: Path) -> None:
    async with opened(tmp_path, JournalOptions(recovery=Recovery(60))) as journal:
        await fill_disk(journal)
        journal.append([a_decision() for _ in range(200)])
        await eventually(lambda: journal.why is not None)
        assert "see to the disk" in (journal.why or "")
        with pytest.raises(JournalUnavailable, match="see to the disk"):
            journal.append([a_decision()])
    assert len(on_disk(tmp_path)) == 200, "a last attempt is made at the end"


async def test_a_journal_that_falls_behind_refuses_at_its_bound(tmp_path: Path) -> None:
    async with opened(tmp_path, JournalOptions(most_pending=10, linger_s=60)) as journal:
        journal.append([a_decision() for _ in range(10)])
        with pytest.raises(JournalUnavailable, match="too slow"):
            journal.append([a_decision()])


async def test_an_entry_that_cannot_be_written_fails_alone(tmp_path: Path) -> None:
    async with opened(tmp_path, JournalOptions(linger_s=60)) as journal:
        broken = a_decision(score=object())
        before, after = a_decision(), a_decision(Verdict.LEAK)
        journal.append([before])
        journal.append([broken])
        receipt = journal.append([after])
        assert receipt.durable is not None
        await receipt.durable
        assert on_disk(tmp_path) == [before.decision_id, after.decision_id]
        assert journal.why is None


async def test_events_are_waited_for(tmp_path: Path) -> None:
    async with opened(tmp_path, JournalOptions(linger_s=60)) as journal:
        receipt = journal.append([a_decision(), Event("e1", EventKind.ALARM_RAISED, START)])
        assert receipt.durable is not None
        await receipt.durable
        assert on_disk(tmp_path)[-1] == "e1"


async def test_a_second_service_on_the_same_file_is_refused(tmp_path: Path) -> None:
    async with opened(tmp_path):
        with pytest.raises(SetupError, match="its own data folder"):
            await Journal(tmp_path / "journal.db").open()


async def test_a_folder_that_cannot_be_made_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalUnavailable, match="cannot be created"):
        await Journal(tmp_path / "file" / "journal.db").open()


async def test_a_watcher_gets_everything_once_and_in_order_from_disk_and_then_live(tmp_path: Path) -> None:
    decisions = [a_decision() for _ in range(1500)]
    got: list[int] = []

    async def watch(journal: Journal) -> None:
        async for batch in journal.watch(700):
            got.extend(recorded.sequence for recorded in batch)

    async with opened(tmp_path, JournalOptions(recent=50, linger_s=0.001)) as journal:
        journal.append(decisions[:1000])
        await journal.tail.news(999)
        watcher = asyncio.create_task(watch(journal))
        for decision in decisions[1000:]:
            journal.append([decision])
            await asyncio.sleep(0)
        await eventually(lambda: got[-1:] == [1500])
    await asyncio.wait_for(watcher, 20)
    assert got == list(range(701, 1501))


async def test_another_change_of_the_file_is_made_wholly_or_not_at_all(tmp_path: Path) -> None:
    def add(connection: sqlite3.Connection) -> int:
        return connection.execute("INSERT INTO followers VALUES ('test', 1)").rowcount

    def add_and_fail(connection: sqlite3.Connection) -> None:
        add(connection)
        raise ZeroDivisionError

    async with opened(tmp_path) as journal:
        with pytest.raises(ZeroDivisionError):
            await journal.change(add_and_fail)
        assert await journal.change(add) == 1
    with pytest.raises(JournalUnavailable, match="closed"):
        await journal.change(add)


@asynccontextmanager
async def hung_disk(journal: Journal) -> AsyncIterator[None]:
    """The writing thread does nothing until the context ends."""
    begun, release = threading.Event(), threading.Event()

    def hang(_: object) -> None:
        begun.set()
        release.wait(20)

    hanging = asyncio.create_task(journal.change(hang))
    await asyncio.to_thread(begun.wait, 20)
    try:
        yield
    finally:
        release.set()
        await hanging


async def test_whoever_gives_up_waiting_for_a_change_harms_nobody(tmp_path: Path) -> None:
    async with opened(tmp_path) as journal:
        async with hung_disk(journal):
            gone = asyncio.create_task(journal.change(lambda _: None))
            await asyncio.sleep(0)
            gone.cancel()
            await asyncio.wait([gone])
        receipt = journal.append([a_decision(Verdict.LEAK)])
        assert receipt.durable is not None
        await receipt.durable


async def test_nobody_waits_for_ever_for_a_disk_that_hangs(tmp_path: Path) -> None:
    async with opened(tmp_path, JournalOptions(write_deadline_s=0.05)) as journal:
        leak = a_decision(Verdict.LEAK)
        async with hung_disk(journal):
            receipt = journal.append([leak])
            assert receipt.durable is not None
            with pytest.raises(JournalUnavailable, match="no answer from the disk"):
                await receipt.durable
            with pytest.raises(JournalUnavailable, match="longer than"):
                journal.append([a_decision()])
        await eventually(lambda: journal.why is None)
        assert on_disk(tmp_path) == [leak.decision_id]


async def test_the_death_of_the_writing_thread_is_told_and_frees_who_waits(tmp_path: Path) -> None:
    def die(_: object) -> int:
        raise SystemExit

    async with opened(tmp_path, JournalOptions(write_deadline_s=0.05)) as journal:
        journal._file.write = die  # type: ignore[assignment, method-assign]  # nothing in the service does this on purpose
        receipt = journal.append([a_decision(Verdict.LEAK)])
        assert receipt.durable is not None
        with pytest.raises(JournalUnavailable):
            await receipt.durable
        with pytest.raises(JournalUnavailable, match="restart the service"):
            journal.append([a_decision()])

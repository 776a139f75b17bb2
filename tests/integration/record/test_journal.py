import asyncio
from pathlib import Path

import pytest

from service.contract.decision import Decision, Verdict
from service.contract.errors import JournalUnavailable
from service.contract.journal_entry import Entry, Event, EventKind
from service.record.journal.journal import Journal, JournalOptions
from service.setting_groups import JournalSettings
from tests.decisions import START, a_decision
from tests.eventually import eventually
from tests.integration.record.journal_under_test import LINGERING, on_disk, opened, seen


@pytest.mark.parametrize("verdict", [Verdict.LEAK, Verdict.UNKNOWN])
async def test_a_leak_or_unknown_is_on_disk_when_its_receipt_is_honoured(tmp_path: Path, verdict: Verdict) -> None:
    async with opened(tmp_path, LINGERING) as journal:
        decision = a_decision(verdict)
        receipt = journal.append([decision])
        assert receipt.durable is not None
        await receipt.durable
        assert on_disk(tmp_path) == [decision.decision_id]


async def test_a_good_well_waits_for_nothing_and_is_on_disk_within_a_fifth_of_a_second(tmp_path: Path) -> None:
    async with opened(tmp_path) as journal:
        decision = a_decision()
        assert journal.append([decision]).durable is None
        await journal.tail.news(0)
        assert on_disk(tmp_path) == [decision.decision_id]
    assert JournalSettings().linger_s <= 0.1, "the flush has as long"


async def test_in_strict_mode_a_good_well_is_waited_for(tmp_path: Path) -> None:
    async with opened(tmp_path, JournalSettings(strict=True)) as journal:
        receipt = journal.append([a_decision()])
        assert receipt.durable is not None
        await receipt.durable
        assert len(on_disk(tmp_path)) == 1


async def test_a_leak_takes_the_good_wells_before_it_along_in_order(tmp_path: Path) -> None:
    async with opened(tmp_path, LINGERING) as journal:
        entries: list[Entry] = [a_decision(), a_decision(), a_decision(Verdict.LEAK)]
        receipts = [journal.append([entry]) for entry in entries]
        assert receipts[2].durable is not None
        await receipts[2].durable
        assert on_disk(tmp_path) == [entry.decision_id for entry in entries if isinstance(entry, Decision)]


async def test_what_is_queued_at_the_end_is_written(tmp_path: Path) -> None:
    decisions = [a_decision() for _ in range(1000)]
    async with opened(tmp_path, LINGERING) as journal:
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
    async with opened(tmp_path, options=JournalOptions(recent=10)) as journal:
        journal.append(decisions)
        assert await journal.earlier(seen(decisions[99])) is decisions[99]
        await journal.tail.news(99)
        assert await journal.earlier(seen(decisions[5])) == decisions[5]
        assert await journal.earlier(seen(a_decision(number=101))) is None
    async with opened(tmp_path, options=JournalOptions(recent=10)) as journal:
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


async def test_events_are_waited_for(tmp_path: Path) -> None:
    async with opened(tmp_path, LINGERING) as journal:
        receipt = journal.append([a_decision(), Event("e1", EventKind.ALARM_RAISED, START)])
        assert receipt.durable is not None
        await receipt.durable
        assert on_disk(tmp_path)[-1] == "e1"


async def test_a_watcher_gets_everything_once_and_in_order_from_disk_and_then_live(tmp_path: Path) -> None:
    decisions = [a_decision() for _ in range(1500)]
    got: list[int] = []

    async def watch(journal: Journal) -> None:
        async for batch in journal.watch(700):
            got.extend(recorded.sequence for recorded in batch)

    async with opened(tmp_path, JournalSettings(linger_s=0.001), options=JournalOptions(recent=50)) as journal:
        journal.append(decisions[:1000])
        await journal.tail.news(999)
        watcher = asyncio.create_task(watch(journal))
        for decision in decisions[1000:]:
            journal.append([decision])
            await asyncio.sleep(0)
        await eventually(lambda: got[-1:] == [1500])
    await asyncio.wait_for(watcher, 20)
    assert got == list(range(701, 1501))

import asyncio
import sqlite3
from pathlib import Path

import pytest

from service.contract.decision import Verdict
from service.contract.errors import JournalUnavailable, SetupError
from service.record.journal.journal import Journal, JournalOptions
from service.record.journal.writer import Recovery
from tests.decisions import a_decision
from tests.eventually import eventually
from tests.integration.record.journal_under_test import LINGERING, fill_disk, on_disk, opened, seen
from tests.journals import hung_disk


async def test_a_full_disk_refuses_leaks_keeps_acknowledged_good_wells_and_recovers(tmp_path: Path) -> None:
    failures: list[None] = []
    options = JournalOptions(recovery=Recovery(0.01))
    async with opened(tmp_path, None, lambda: failures.append(None), options) as journal:
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
    async with opened(tmp_path, options=JournalOptions(recovery=Recovery(60))) as journal:
        await fill_disk(journal)
        journal.append([a_decision() for _ in range(200)])
        await eventually(lambda: journal.why is not None)
        assert "see to the disk" in (journal.why or "")
        with pytest.raises(JournalUnavailable, match="see to the disk"):
            journal.append([a_decision()])
    assert len(on_disk(tmp_path)) == 200, "a last attempt is made at the end"


async def test_a_journal_that_falls_behind_refuses_at_its_bound(tmp_path: Path) -> None:
    async with opened(tmp_path, LINGERING.model_copy(update={"most_pending": 10})) as journal:
        journal.append([a_decision() for _ in range(10)])
        with pytest.raises(JournalUnavailable, match="too slow"):
            journal.append([a_decision()])


async def test_a_journal_that_begins_to_fall_behind_lets_answers_wait(tmp_path: Path) -> None:
    async with opened(tmp_path, LINGERING.model_copy(update={"most_pending": 10})) as journal:
        assert journal.append([a_decision() for _ in range(5)]).durable is None
        receipt = journal.append([a_decision()])
        assert receipt.durable is not None
        await receipt.durable
        assert len(on_disk(tmp_path)) == 6
        assert journal.append([a_decision()]).durable is None


async def test_an_entry_that_cannot_be_written_fails_alone(tmp_path: Path) -> None:
    async with opened(tmp_path, LINGERING) as journal:
        broken = a_decision(score=object())
        before, after = a_decision(), a_decision(Verdict.LEAK)
        journal.append([before])
        journal.append([broken])
        receipt = journal.append([after])
        assert receipt.durable is not None
        await receipt.durable
        assert on_disk(tmp_path) == [before.decision_id, after.decision_id]
        assert journal.why is None


async def test_a_second_service_on_the_same_file_is_refused(tmp_path: Path) -> None:
    async with opened(tmp_path):
        with pytest.raises(SetupError, match="its own data folder"):
            await Journal(tmp_path / "journal.db").open()


async def test_a_folder_that_cannot_be_made_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalUnavailable, match="cannot be created"):
        await Journal(tmp_path / "file" / "journal.db").open()


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
    async with opened(tmp_path, options=JournalOptions(write_deadline_s=0.05)) as journal:
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

    async with opened(tmp_path, options=JournalOptions(write_deadline_s=0.05)) as journal:
        journal._file.write = die  # type: ignore[assignment, method-assign]  # nothing in the service does this on purpose
        receipt = journal.append([a_decision(Verdict.LEAK)])
        assert receipt.durable is not None
        with pytest.raises(JournalUnavailable):
            await receipt.durable
        with pytest.raises(JournalUnavailable, match="restart the service"):
            journal.append([a_decision()])

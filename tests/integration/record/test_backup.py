import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from service.contract.decision import Verdict
from service.contract.errors import SetupError
from service.contract.journal_entry import Recorded
from service.record.backup import back_up
from service.record.journal.journal import Journal
from tests.decisions import a_decision


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[Journal]:
    journal = Journal(path)
    await journal.open()
    yield journal
    await journal.close()


async def everything(path: Path) -> list[Recorded]:
    async with opened(path) as journal:
        return await journal.after(0, 100_000)


async def test_a_backup_of_a_journal_under_load_is_a_journal_of_one_moment(tmp_path: Path) -> None:
    leaks = [a_decision(Verdict.LEAK) for _ in range(3000)]
    source, target = tmp_path / "journal.db", tmp_path / "backup" / "journal.db"
    target.parent.mkdir()
    async with opened(source) as journal:
        copying = None
        for place in range(0, len(leaks), 30):
            receipt = journal.append(leaks[place : place + 30])
            assert receipt.durable is not None
            await receipt.durable
            if place == 1500:
                copying = asyncio.create_task(asyncio.to_thread(back_up, source, target))
        assert copying is not None
        backup = await copying
    assert 1530 <= backup.last_sequence <= len(leaks)
    assert [path.name for path in target.parent.iterdir()] == ["journal.db"], "one file, nothing beside it"
    assert backup.bytes == target.stat().st_size
    restored = await everything(target)
    assert [recorded.entry for recorded in restored] == leaks[: backup.last_sequence]


async def test_a_journal_at_rest_is_copied_too(tmp_path: Path) -> None:
    async with opened(tmp_path / "journal.db") as journal:
        journal.append([a_decision() for _ in range(10)])
    assert back_up(tmp_path / "journal.db", tmp_path / "copy.db").last_sequence == 10
    assert len(await everything(tmp_path / "copy.db")) == 10


def test_nothing_is_copied_over_another_backup(tmp_path: Path) -> None:
    (tmp_path / "journal.db").touch()
    (tmp_path / "copy.db").write_text("precious")
    with pytest.raises(SetupError, match="exists already"):
        back_up(tmp_path / "journal.db", tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "precious"


def test_a_missing_or_damaged_journal_is_explained_and_leaves_no_half_copy(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="data folder"):
        back_up(tmp_path / "journal.db", tmp_path / "copy.db")
    (tmp_path / "journal.db").write_text("this is no database" * 1000)
    with pytest.raises(SetupError, match="cannot be copied"):
        back_up(tmp_path / "journal.db", tmp_path / "copy.db")
    assert [path.name for path in tmp_path.iterdir()] == ["journal.db"]

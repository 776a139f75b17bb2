"""A journal that is removed, replaced or cut while it is written, or found damaged at the start."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from service.contract.decision import Verdict
from service.contract.errors import JournalUnavailable, SetupError
from service.record.backup import back_up
from service.record.journal.file_guard import damaged_journals
from service.record.journal.journal import Journal
from tests.decisions import a_decision
from tests.eventually import eventually
from tests.integration.record.journal_under_test import LINGERING, on_disk, opened

Spoil = Callable[[Path], None]


def remove_everything(path: Path) -> None:
    for each in path.parent.glob("journal.*"):
        each.unlink()


def replace(path: Path) -> None:
    shutil.copy(path, path.with_suffix(".other"))
    path.with_suffix(".other").replace(path)


def remove_the_log(path: Path) -> None:
    path.with_name(path.name + "-wal").unlink()


def cut(path: Path) -> None:
    os.truncate(path, 0)


def cut_in_half(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def overwrite(path: Path) -> None:
    path.write_bytes(b"no database at all" * (path.stat().st_size // 10))


async def a_leak_is_refused(journal: Journal) -> None:
    with pytest.raises(JournalUnavailable):
        await journal.append([a_decision(Verdict.LEAK)]).kept()


@pytest.mark.parametrize(
    "spoil", [Path.unlink, remove_everything, replace, remove_the_log, cut, cut_in_half, overwrite]
)
async def test_what_happens_to_the_file_is_seen_before_anything_more_is_acknowledged(
    tmp_path: Path, spoil: Spoil
) -> None:
    async with opened(tmp_path) as journal:
        await journal.append([a_decision(Verdict.LEAK) for _ in range(50)]).kept()
        spoil(journal.path)
        await a_leak_is_refused(journal)
        assert "restart the service" in (journal.why or "")
        with pytest.raises(JournalUnavailable, match="restart the service"):
            journal.append([a_decision()])


async def test_an_idle_journal_notices_too(tmp_path: Path) -> None:
    async with opened(tmp_path) as journal:
        journal.path.unlink()
        await eventually(lambda: journal.why is not None)
        assert "was removed" in (journal.why or "")


@pytest.mark.parametrize("spoil", [Path.unlink, remove_everything])
async def test_a_removed_journal_is_written_anew_with_everything_that_was_acknowledged(
    tmp_path: Path, spoil: Spoil
) -> None:
    acknowledged = [a_decision(Verdict.LEAK) for _ in range(50)]
    async with opened(tmp_path, LINGERING) as journal:
        await journal.append(acknowledged).kept()
        waiting = [a_decision() for _ in range(20)]
        journal.append(waiting)
        spoil(journal.path)
        await a_leak_is_refused(journal)
    expected = [decision.decision_id for decision in (*acknowledged, *waiting)]
    assert on_disk(tmp_path)[: len(expected)] == expected
    async with opened(tmp_path) as journal:
        await journal.append([a_decision(Verdict.LEAK)]).kept()
        assert journal.problems() == {}


async def test_where_something_else_stands_in_its_place_the_lost_journal_is_saved_beside(tmp_path: Path) -> None:
    leak = a_decision(Verdict.LEAK)
    async with opened(tmp_path) as journal:
        await journal.append([leak]).kept()
        replace(journal.path)
        await a_leak_is_refused(journal)
    with sqlite3.connect(tmp_path / "journal-rescued.db") as saved:
        assert (leak.decision_id,) in saved.execute("SELECT id FROM entries").fetchall()


async def test_what_sqlite_and_a_backup_do_to_the_file_is_no_loss(tmp_path: Path) -> None:
    async with opened(tmp_path) as journal:
        for number in range(3):
            await journal.append([a_decision(Verdict.LEAK) for _ in range(200)]).kept()
            with sqlite3.connect(journal.path) as other:
                assert other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
            back_up(journal.path, tmp_path / f"backup-{number}")
        await journal.append([a_decision(Verdict.LEAK)]).kept()
        assert journal.why is None


@pytest.mark.parametrize("spoil", [cut, cut_in_half, overwrite])
async def test_a_damaged_journal_is_set_aside_as_it_is_and_a_new_one_begins(tmp_path: Path, spoil: Spoil) -> None:
    async with opened(tmp_path) as journal:
        await journal.append([a_decision(Verdict.LEAK) for _ in range(50)]).kept()
    spoil(journal.path)
    content = journal.path.read_bytes()
    async with opened(tmp_path) as journal:
        (aside,) = damaged_journals(journal.path)
        assert aside.read_bytes() == content
        assert aside.name in journal.problems()["journal_damaged"]
        await journal.append([a_decision(Verdict.LEAK)]).kept()
    assert len(on_disk(tmp_path)) == 1
    async with opened(tmp_path) as journal:
        assert len(on_disk(tmp_path)) == 1, "the new one stays"
        assert "journal_damaged" in journal.problems(), "until a person has moved it away"
        aside.unlink()
        assert journal.problems() == {}


async def test_damage_within_that_shows_when_it_is_read_is_set_aside_too(tmp_path: Path) -> None:
    async with opened(tmp_path) as journal:
        await journal.append([a_decision(Verdict.LEAK) for _ in range(500)]).kept()
    with journal.path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (journal.path.stat().st_size - 4096))
    async with opened(tmp_path) as journal:
        assert "journal_damaged" in journal.problems()
        await journal.append([a_decision(Verdict.LEAK)]).kept()


async def test_a_log_without_its_journal_is_set_aside_and_not_deleted(tmp_path: Path) -> None:
    (tmp_path / "journal.db-wal").write_bytes(b"what is left")
    async with opened(tmp_path) as journal:
        (aside,) = damaged_journals(journal.path)
        assert aside.read_bytes() == b"what is left"
        assert "journal_damaged" in journal.problems()


async def test_a_journal_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    async with opened(tmp_path) as journal:
        await journal.change(lambda each: each.execute("INSERT INTO migrations VALUES (99, 'later', 0)").rowcount)
    with pytest.raises(SetupError, match="newer version"):
        await Journal(tmp_path / "journal.db").open()
    assert damaged_journals(journal.path) == []


@pytest.mark.parametrize("removed", [("journal.lock",), ("journal.lock", "journal.db")])
async def test_the_lock_holds_although_its_file_was_removed(tmp_path: Path, removed: tuple[str, ...]) -> None:
    async with opened(tmp_path):
        for name in removed:
            (tmp_path / name).unlink()
        with pytest.raises(SetupError, match="its own data folder"):
            await Journal(tmp_path / "journal.db").open()
    async with opened(tmp_path):
        pass

"""Faults of the record: what cannot be kept may not be said."""

import asyncio
import os
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import suppress

from service.record.journal import journal
from service.settings import JOURNAL_FILE
from tests.decisions import a_decision
from tests.faults.artifact_faults import LEAK_FOUND
from tests.faults.fault import Fault
from tests.faults.rig import GOOD, LEAK, Rig, Running
from tests.journals import hung_disk

UNKEPT = ("503 journal-unavailable", "503 not-ready")


def spoilt_by(statement: str) -> Callable[[Rig], Awaitable[None]]:
    """Let the journal's own connection meet what a disk would make it meet."""

    async def inject(rig: Rig) -> None:
        async with rig.serving() as running:
            await running.passes()
            await running.components.journal.change(
                lambda connection: connection.execute(statement).fetchall() and None
            )
            await send(running)

    return inject


async def send(running: Running) -> None:
    """A leak first: it shows the fault to the service; then a good well and a batch, which must not pass either."""
    await running.post(LEAK)
    await running.post(GOOD)
    await running.batch(LEAK, GOOD)


async def full(rig: Rig) -> None:
    async with rig.serving() as running:
        await running.passes()
        await running.components.journal.change(
            lambda connection: connection.execute("PRAGMA max_page_count = 1").fetchall() and None
        )
        while rig.answers[-1:] == [] or rig.answers[-1].said == LEAK_FOUND:  # until the last page is full
            await running.post(LEAK)
        await send(running)


async def locked(rig: Rig) -> None:
    async with rig.serving() as running:
        await running.passes()
        other = sqlite3.connect(rig.data_dir / JOURNAL_FILE, isolation_level=None, check_same_thread=False)
        await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
        await send(running)
        other.execute("ROLLBACK")
        other.close()


async def overwritten(rig: Rig) -> None:
    async with rig.serving() as running:
        await running.passes()

        def overwrite(_: object) -> None:
            running.components.journal._file.disconnect()
            for path in rig.data_dir.glob(f"{JOURNAL_FILE}*"):
                path.write_bytes(b"no database" * 1000)

        with suppress(sqlite3.Error):
            await running.components.journal.change(overwrite)
        await send(running)


async def removed(rig: Rig) -> None:
    async with rig.serving() as running:
        await running.passes()
        for path in rig.data_dir.glob(f"{JOURNAL_FILE}*"):
            path.unlink()
        await send(running)
    async with rig.serving() as running:
        await running.passes()


async def cut(rig: Rig) -> None:
    async with rig.serving() as running:
        await running.passes()
        os.truncate(rig.data_dir / JOURNAL_FILE, 0)
        await send(running)


async def damaged(rig: Rig) -> None:
    async with rig.serving() as running:
        await running.passes()
    os.truncate(rig.data_dir / JOURNAL_FILE, 5000)
    async with rig.serving() as running:
        await running.passes()
        await running.post(LEAK)
        await running.batch(LEAK, LEAK)
    assert list(rig.data_dir.glob("journal-damaged-*")) != []


async def hanging(rig: Rig) -> None:
    async with rig.serving() as running:
        await running.passes()
        running.components.journal.options = journal.JournalOptions(write_deadline_s=0.1)
        async with hung_disk(running.components.journal):
            await send(running)


async def full_queue(rig: Rig) -> None:
    async with rig.serving(journal={"most_pending": 10}) as running, hung_disk(running.components.journal):
        running.components.journal.append([a_decision() for _ in range(10)])
        await send(running)


async def dead_thread(rig: Rig) -> None:
    def die(_: object) -> int:
        raise SystemExit

    async with rig.serving() as running:
        await running.passes()
        running.components.journal.options = journal.JournalOptions(write_deadline_s=0.1)
        running.components.journal._file.write = die  # type: ignore[method-assign, assignment]
        await send(running)


async def no_archive(rig: Rig) -> None:
    """A file stands where the folder of pictures should be: decisions go on, and the loss of pictures is counted."""
    place = rig.folder / "archive"
    place.write_bytes(b"")
    async with rig.serving(archive={"dir": place}) as running:
        await send_leaks(running)
        metrics = (await running.client.get("/metrics")).text
    assert "leak_inspection_archive_write_failures_total 3.0" in metrics


async def send_leaks(running: Running) -> None:
    await running.post(LEAK)
    await running.batch(LEAK, LEAK)


JOURNAL_FAULTS = (
    Fault("full disk", "SQLite finds no room", (*UNKEPT, LEAK_FOUND), full),
    Fault("read-only disk", "SQLite may not write", UNKEPT, spoilt_by("PRAGMA query_only = 1")),
    Fault("locked record", "another process holds the write lock", UNKEPT, locked),
    Fault("overwritten record", "the journal's file is no database any more", UNKEPT, overwritten),
    Fault("removed record", "the journal's file is removed while the service runs", UNKEPT, removed),
    Fault("cut record", "the journal's file is cut to nothing while the service runs", UNKEPT, cut),
    Fault("damaged record", "half a journal at the start: set aside, a new one begins", (LEAK_FOUND,), damaged),
    Fault("disk that hangs", "a write does not return", UNKEPT, hanging),
    Fault("full queue", "as many decisions wait as may", UNKEPT, full_queue),
    Fault("pictures cannot be kept", "a file in the place of their folder", (LEAK_FOUND,), no_archive),
    Fault("dead journal thread", "the writing thread ends", UNKEPT, dead_thread),
)

"""Journals: read after their service has ended, or with a disk that hangs."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from service.contract.journal_entry import Entry
from service.record.database.engine import sqlite_engine
from service.record.journal.journal import Journal
from service.record.queries.lookup import entries_after
from service.settings import Settings


def entries_of(settings: Settings) -> list[Entry]:
    """Every entry, in order."""
    engine = sqlite_engine(settings.data_dir / "journal.sqlite3")
    with engine.connect() as connection:
        entries = [entry for _, entry in entries_after(connection, 0, 100_000, ())]
    engine.dispose()
    return entries


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

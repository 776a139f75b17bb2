"""Journals: in memory, read after their service has ended, or with a disk that hangs."""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from service.contract.decision import Decision
from service.contract.errors import JournalUnavailable
from service.contract.journal_entry import Entry
from service.record.database.engine import sqlite_engine
from service.record.deduplication import Deduplication, DeduplicationKey
from service.record.journal.journal import Journal
from service.record.journal.receipt import Consequences, Receipt
from service.record.queries.lookup import entries_after
from service.settings import Settings


class MemoryJournal:
    """A journal without a file."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._deduplication = Deduplication(capacity=100_000)

    def append(self, entries: Sequence[Entry], consequences: Consequences | None = None) -> Receipt:
        firsts = [self._deduplication.first(entry) for entry in entries]
        new = [entry for entry, first in zip(entries, firsts, strict=True) if first is entry]
        following = consequences([entry for entry in new if isinstance(entry, Decision)]) if consequences else ()
        self.entries += [*new, *following]
        return Receipt(firsts, None, following)

    async def earlier(self, key: DeduplicationKey) -> Decision | None:
        return self._deduplication.recall(key)


class FullJournal(MemoryJournal):
    """A journal that can keep nothing."""

    def append(self, entries: Sequence[Entry], consequences: Consequences | None = None) -> Receipt:  # noqa: ARG002
        raise JournalUnavailable(f"no place for {len(entries)} entries")


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

"""The journal: every decision, review and event, in one append-only sequence on disk."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, count
from pathlib import Path
from typing import TypeVar

from service.contract.decision import Decision
from service.contract.errors import JournalUnavailable, RecordDamaged
from service.contract.journal_entry import Entry, Recorded, entry_time, is_good
from service.record.database.engine import Database, sqlite_engine
from service.record.deduplication import Deduplication, DeduplicationKey
from service.record.journal.file import JournalFile
from service.record.journal.file_guard import damaged_journals
from service.record.journal.receipt import Consequences, Receipt, Waiters
from service.record.journal.tail import Tail
from service.record.journal.write_queue import Transaction, WriteBatch, WriteQueue
from service.record.journal.writer import Recovery, Writer
from service.record.queries.lookup import decision_on, entries_after, last_entries, newest_capture
from service.setting_groups import JournalSettings

T = TypeVar("T")

logger = logging.getLogger(__name__)

WATCHED_AT_ONCE = 500
WAIT_FROM = 0.5
"""Share of ``most_pending`` from which every answer waits for the disk, so that senders slow down before any fails."""


@dataclass(frozen=True, slots=True)
class JournalOptions:
    """How many entries are held in memory, how long a read and a write may take, and how a failed disk is tried."""

    recent: int = 4096
    deadline_s: float = 10.0
    write_deadline_s: float = 5.0
    recovery: Recovery = field(default_factory=Recovery)


class Journal:
    """Appends without ever blocking the event loop; a thread of its own writes groups to the file.

    A ``no_leak`` counts as kept when it is queued, and is on disk ``linger_s`` and one disk flush later; everything
    else counts when it is on disk, and so does everything in strict mode or while many entries wait.
    """

    def __init__(
        self,
        path: Path,
        settings: JournalSettings | None = None,
        failed: Callable[[], None] = lambda: None,
        options: JournalOptions | None = None,
    ) -> None:
        self.path = path
        self._settings = settings or JournalSettings()
        self.options = options or JournalOptions()
        self.tail = Tail(self.options.recent)
        self.database = Database(sqlite_engine(path), self.options.deadline_s)
        self._file = JournalFile(path)
        self._pending = WriteQueue(self._settings.linger_s)
        self._writer = Writer(self._file, self._pending, self._settle, failed, self.options.recovery)
        self._deduplication = Deduplication(self.options.recent)
        self._waiters = Waiters()
        self._stalled = False
        self._damaged: list[Path] = []

    async def open(self) -> None:
        """Create or update the file and begin to write.

        Raises:
            SetupError: another service writes the file, or a newer version did.
            JournalUnavailable: the file cannot be created or read.
        """
        self._loop = asyncio.get_running_loop()
        try:
            try:
                await self._begin()
            except RecordDamaged as damage:
                await self._set_aside(damage)
                await self._begin()
        except BaseException:
            await self._close_file()
            raise
        self._damaged = damaged_journals(self.path)
        self._writer.start()

    async def close(self) -> None:
        """Write what is queued, then close the file."""
        self._pending.close()
        if self._writer.ident is not None:
            await asyncio.to_thread(self._writer.join)
        self.tail.end()
        await self._close_file()

    @property
    def why(self) -> str | None:
        """Say why nothing can be appended, or None."""
        if self._pending.closing:
            return "the journal is closed"
        if self._writer.why is not None:
            return self._writer.why
        if self._stalled:
            return f"a write takes longer than {self.options.write_deadline_s:g} s: see to the disk"
        if self._pending.rows >= self._settings.most_pending:
            return f"{self._pending.rows} entries wait to be written: the disk is too slow"
        return None

    @property
    def newest_at(self) -> datetime | None:
        """The time of the entry written last."""
        newest = self.tail.all()[-1:]
        return entry_time(newest[0].entry) if newest else None

    @property
    def damaged(self) -> list[Path]:
        """The journals that could not be read, as long as they lie there."""
        return [path for path in self._damaged if path.exists()]

    def problems(self) -> dict[str, str]:
        """Name the journals that were set aside; an incident."""
        names = ", ".join(path.name for path in self.damaged)
        text = f"a damaged journal was set aside as {names}: save what is in it, then move it away"
        return {"journal_damaged": text} if names else {}

    def append(self, entries: Sequence[Entry], consequences: Consequences | None = None) -> Receipt:
        """Keep entries and what follows from those that are new, all or none, in the order of the calls.

        Raises:
            JournalUnavailable: they cannot be kept; none of them is, and nothing has followed from them.
        """
        if (why := self.why) is not None:
            raise JournalUnavailable(why)
        recorded = [self._deduplication.first(entry) for entry in entries]
        new = [entry for entry, first in zip(entries, recorded, strict=True) if entry is first]
        # Only now: a picture that was sent twice must not confirm its own alarm.
        following = consequences([entry for entry in new if isinstance(entry, Decision)]) if consequences else ()
        waiter = self._queue([*new, *following]) if new else None
        if len(new) == len(recorded):
            return Receipt(recorded, None if waiter is None else asyncio.shield(waiter), following)
        return Receipt(recorded, _all({waiter, *map(self._waiters.of, recorded)}), following)

    async def earlier(self, key: DeduplicationKey) -> Decision | None:
        """Return the first decision on the same picture, once it is kept; None where there is none yet.

        Two equal pictures may both find none; then ``append`` gives the later one the decision of the other.
        """
        found = self._deduplication.recall(key)
        if found is None:
            if not self._deduplication.may_be_forgotten(key):
                return None
            return await self.database.read(lambda connection: decision_on(connection, key))
        waiter = self._waiters.of(found)
        if waiter is not None:
            await asyncio.shield(waiter)
        return found

    async def after(self, sequence: int, limit: int, kinds: Sequence[str] = ()) -> list[Recorded]:
        """Return the next entries, in order: of all kinds or of some."""
        return await self.database.read(lambda connection: entries_after(connection, sequence, limit, kinds))

    async def newer(self, sequence: int, limit: int) -> list[Recorded]:
        """Return the next entries, in order: from memory, older ones from disk."""
        known = self.tail.after(sequence)
        return await self.after(sequence, limit) if known is None else known[:limit]

    async def watch(self, sequence: int) -> AsyncIterator[list[Recorded]]:
        """Yield what comes after a place, for ever and without a gap: from memory, older ones from disk."""
        while True:
            newer = self.tail.after(sequence)
            if newer is None and not self.tail.ended:
                newer = await self.after(sequence, WATCHED_AT_ONCE) or self.tail.all()
            if newer:
                sequence = newer[-1].sequence
                yield newer
            elif self.tail.ended:
                return
            await self.tail.news(sequence)

    async def change(self, function: Callable[[sqlite3.Connection], T]) -> T:
        """Call a function on the file between two groups, in a transaction of its own; keep it short."""
        if self._pending.closing:
            raise JournalUnavailable("the journal is closed")
        result: Future[T] = Future()
        self._pending.add_transaction(Transaction(function, result))
        return await asyncio.wrap_future(result)

    async def _begin(self) -> None:
        await asyncio.to_thread(self._file.create)
        newest = await self.database.read(newest_capture)
        self._deduplication = Deduplication(self.options.recent, newest)
        recent = await self.database.read(lambda connection: last_entries(connection, self.options.recent))
        for _, entry in recent:
            self._deduplication.first(entry)
        self.tail.extend(recent)

    async def _close_file(self) -> None:
        await self.database.close()
        self._file.close()

    async def _set_aside(self, damage: RecordDamaged) -> None:
        """Begin anew beside a journal that cannot be read: pictures are inspected all the same."""
        self.database.disconnect()
        aside = await asyncio.to_thread(self._file.set_aside)
        logger.critical("%s is set aside as %s, and a new journal begins: %s", self.path, aside.name, damage)

    def _queue(self, entries: list[Entry]) -> asyncio.Future[None] | None:
        waiter = None
        behind = self._pending.rows >= self._settings.most_pending * WAIT_FROM
        if behind or self._settings.strict or not all(map(is_good, entries)):
            waiter = self._loop.create_future()
            expiry = self._loop.call_later(self.options.write_deadline_s, self._give_up, waiter)
            waiter.add_done_callback(lambda _: expiry.cancel())
            self._waiters.expect(entries, waiter)
        self._pending.add(WriteBatch(entries, waiter))
        return waiter

    def _give_up(self, waiter: asyncio.Future[None]) -> None:
        """Let nobody wait for a disk that hangs; the entries stay in line and may be on record later."""
        self._stalled = True
        waiter.set_exception(JournalUnavailable(f"no answer from the disk for {self.options.write_deadline_s:g} s"))
        waiter.exception()  # a waiter that has gone away is no reason to complain

    def _settle(self, batches: Sequence[WriteBatch], error: Exception | None, first: int) -> None:
        self._loop.call_soon_threadsafe(self._settled, batches, error, first)

    def _settled(self, batches: Sequence[WriteBatch], error: Exception | None, first: int) -> None:
        self._stalled = False
        refusal = None if error is None else JournalUnavailable(f"the journal cannot be written ({error})")
        if refusal is None:
            self.tail.extend(map(Recorded, count(first), chain.from_iterable(batch.entries for batch in batches)))
        for batch in batches:
            if refusal is not None:
                self._deduplication.forget(batch.entries)
            self._waiters.settle(batch, refusal)
        self.tail.announce()


def _all(waits: Collection[asyncio.Future[None] | None]) -> Awaitable[object] | None:
    """Wait for each; who waits for the same entries shares their outcome alone, and may be cancelled alone."""
    shields = [asyncio.shield(wait) for wait in waits if wait is not None]
    if len(shields) > 1:
        return asyncio.gather(*shields)
    return shields[0] if shields else None

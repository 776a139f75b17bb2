"""What became of entries that were handed to a journal, and who waits until they are on disk."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple, Protocol

from service.contract.decision import Decision
from service.contract.errors import JournalUnavailable
from service.contract.journal_entry import Entry, Event
from service.record.deduplication import DeduplicationKey
from service.record.journal.write_queue import WriteBatch

Consequences = Callable[[Sequence[Decision]], Sequence[Event]]
"""What follows from decisions that are new: alarms, drift."""


class Receipt(NamedTuple):
    """What became of entries that were handed to the journal.

    ``entries`` are those of record: where the picture of a decision has one already, that one. ``durable`` is None
    where nothing has to be waited for; else no answer may leave before it has been awaited without an error.
    ``consequences`` are the events that were kept together with them.
    """

    entries: list[Entry]
    durable: Awaitable[object] | None
    consequences: Sequence[Event] = ()

    async def kept(self) -> None:
        """Wait until the entries are as durable as they must be.

        Raises:
            JournalUnavailable: they cannot be kept.
        """
        if self.durable is not None:
            await self.durable


class DecisionLog(Protocol):
    """A journal as those see it who append."""

    def append(self, entries: Sequence[Entry], consequences: Consequences | None = None) -> Receipt:
        """Keep entries and what follows from those that are new, all or none.

        Raises:
            JournalUnavailable: they cannot be kept; nothing has followed from them.
        """

    async def earlier(self, key: DeduplicationKey) -> Decision | None:
        """Return the first decision on the same picture."""


class Waiters:
    """Who waits until which decision is on disk: its caller, and those who sent the same picture again meanwhile."""

    def __init__(self) -> None:
        self._waiting: dict[str, asyncio.Future[None]] = {}

    def expect(self, entries: Sequence[Entry], waiter: asyncio.Future[None]) -> None:
        """Note who will be told that these decisions are on disk."""
        for entry in entries:
            if isinstance(entry, Decision):
                self._waiting[entry.decision_id] = waiter

    def of(self, entry: Entry) -> asyncio.Future[None] | None:
        """Return what is to be awaited before a decision may leave, None where it is kept already."""
        return self._waiting.get(entry.decision_id) if isinstance(entry, Decision) else None

    def settle(self, batch: WriteBatch, refusal: JournalUnavailable | None) -> None:
        """Tell who waits that a batch is on disk or refused."""
        if batch.waiter is None:
            return
        for entry in batch.entries:
            if isinstance(entry, Decision):
                self._waiting.pop(entry.decision_id, None)
        if batch.waiter.done():
            return
        if refusal is None:
            batch.waiter.set_result(None)
        else:
            batch.waiter.set_exception(refusal)
            batch.waiter.exception()  # a waiter that has gone away is no reason to complain

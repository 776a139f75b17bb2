"""What the inspector needs of a journal, and a journal for those who need no file."""

from collections.abc import Awaitable, Sequence
from typing import NamedTuple, Protocol

from service.contract.decision import Decision
from service.contract.journal_entry import Entry
from service.record.deduplication import Sighting, Sightings


class Receipt(NamedTuple):
    """What became of entries that were handed to the journal.

    ``entries`` are those of record: where the picture of a decision has one already, that one. ``durable`` is None
    where nothing has to be waited for; else no answer may leave before it has been awaited without an error.
    """

    entries: list[Entry]
    durable: Awaitable[object] | None

    async def kept(self) -> None:
        """Wait until the entries are as durable as they must be.

        Raises:
            JournalUnavailable: they cannot be kept.
        """
        if self.durable is not None:
            await self.durable


class DecisionLog(Protocol):
    """What the inspector needs of the journal."""

    def append(self, entries: Sequence[Entry]) -> Receipt:
        """Keep entries, all or none."""

    async def earlier(self, sighting: Sighting) -> Decision | None:
        """Return the first decision on the same picture."""


class MemoryJournal:
    """A journal that forgets at its end: for tests, and for verdicts on the command line."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._sightings = Sightings(capacity=100_000)

    def append(self, entries: Sequence[Entry]) -> Receipt:
        """Keep entries in a list."""
        claimed = [(self._sightings.claim(entry) if isinstance(entry, Decision) else None) for entry in entries]
        self.entries += [entry for entry, first in zip(entries, claimed, strict=True) if first is None]
        return Receipt([first or entry for entry, first in zip(entries, claimed, strict=True)], None)

    async def earlier(self, sighting: Sighting) -> Decision | None:
        """Return the first decision on the same picture."""
        return self._sightings.recall(sighting)

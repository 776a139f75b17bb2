"""Which decision stands for a picture, and who waits until that decision is on disk."""

import asyncio
from collections.abc import Sequence

from service.contract.decision import Decision
from service.contract.errors import JournalUnavailable
from service.contract.journal_entry import Entry, Recorded
from service.record.deduplication import Sighting, Sightings
from service.record.journal.write_queue import Batch


class Claims:
    """The first decision on a picture claims it; equal ones that follow get that one, and wait with it."""

    def __init__(self, sightings: Sightings) -> None:
        self._sightings = sightings
        self._waiting: dict[str, asyncio.Future[None]] = {}

    def refill(self, recorded: Sequence[Recorded]) -> None:
        """Remember what was written before the start."""
        for _, entry in recorded:
            if isinstance(entry, Decision):
                self._sightings.claim(entry)

    def first(self, entry: Entry) -> Entry:
        """Return the entry of record: an earlier decision on the same picture, else the entry itself."""
        if not isinstance(entry, Decision):
            return entry
        return self._sightings.claim(entry) or entry

    def recall(self, sighting: Sighting) -> Decision | None:
        """Return the recent decision on a picture."""
        return self._sightings.recall(sighting)

    def may_be_forgotten(self, sighting: Sighting) -> bool:
        """Say whether a picture that is not recalled may yet be on disk."""
        return self._sightings.may_be_forgotten(sighting)

    def expect(self, entries: Sequence[Entry], waiter: asyncio.Future[None]) -> None:
        """Note who will be told that these decisions are on disk."""
        for entry in entries:
            if isinstance(entry, Decision):
                self._waiting[entry.decision_id] = waiter

    def waiter(self, entry: Entry) -> asyncio.Future[None] | None:
        """Return what is to be awaited before a decision may leave, None where it is kept already."""
        return self._waiting.get(entry.decision_id) if isinstance(entry, Decision) else None

    def settle(self, batch: Batch, refusal: JournalUnavailable | None) -> None:
        """Tell who waits that a batch is on disk or refused; what is refused claims its picture no longer."""
        if batch.waiter is None and refusal is None:
            return
        for entry in batch.entries:
            if isinstance(entry, Decision):
                self._waiting.pop(entry.decision_id, None)
                if refusal is not None:
                    self._sightings.forget(entry)
        if batch.waiter is None or batch.waiter.done():
            return
        if refusal is None:
            batch.waiter.set_result(None)
        else:
            batch.waiter.set_exception(refusal)
            batch.waiter.exception()  # a waiter that has gone away is no reason to complain

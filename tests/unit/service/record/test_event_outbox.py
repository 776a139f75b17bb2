"""Events are kept in their order, also those that the journal could not take at first."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime

from service.contract.errors import JournalUnavailable
from service.contract.journal_entry import Entry, Event, EventKind
from service.record.event_outbox import EventOutbox
from service.record.journal.receipt import Consequences, Receipt
from tests.eventually import PATIENCE_S
from tests.journals import MemoryJournal

EVENTS = [Event(str(number), EventKind.NO_DATA, datetime.now(UTC), f"cam-{number}") for number in range(3)]


class Disk(MemoryJournal):
    """Refuses what it is given at first, then what it has taken, then nothing."""

    def __init__(self, refusals: int, lost: int) -> None:
        super().__init__()
        self.refusals, self.lost = refusals, lost

    def append(self, entries: Sequence[Entry], consequences: Consequences | None = None) -> Receipt:
        if self.refusals:
            self.refusals -= 1
            raise JournalUnavailable("the disk is full")
        if self.lost:
            self.lost -= 1
            failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            failed.set_exception(JournalUnavailable("no answer from the disk"))
            return Receipt(list(entries), failed)
        return super().append(entries, consequences)


async def kept(journal: MemoryJournal, *groups: list[Event]) -> list[Event]:
    """What the journal holds once it holds as much as was given."""
    outbox = EventOutbox(journal, retry_s=0.001)
    running = asyncio.create_task(outbox.run())
    for group in groups:
        outbox.add(group)
        await asyncio.sleep(0)
    async with asyncio.timeout(PATIENCE_S):
        while len(journal.entries) < sum(map(len, groups)):  # noqa: ASYNC110  # a list tells nobody that it grows
            await asyncio.sleep(0.001)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    return [entry for entry in journal.entries if isinstance(entry, Event)]


async def test_events_are_kept_in_their_order() -> None:
    assert await kept(MemoryJournal(), EVENTS[:1], [], EVENTS[1:]) == EVENTS


async def test_what_the_journal_refuses_is_kept_later_in_the_same_order() -> None:
    assert await kept(Disk(refusals=3, lost=0), EVENTS[:2], EVENTS[2:]) == EVENTS


async def test_what_was_taken_and_given_up_is_kept_under_new_ids_since_it_may_be_on_disk_yet() -> None:
    found = await kept(Disk(refusals=0, lost=1), EVENTS)
    assert [event.camera_id for event in found] == [event.camera_id for event in EVENTS]
    assert {event.event_id for event in found}.isdisjoint(event.event_id for event in EVENTS)

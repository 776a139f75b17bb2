"""What listeners are told of the journal as it grows. Nobody who listens slowly holds up anybody else."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from time import monotonic

from service.contract.decision import Decision, Verdict
from service.contract.errors import Overloaded, Unavailable
from service.contract.journal_entry import Entry, Event, EventKind, Recorded
from service.control_room.board import MOST_WELLS, Board
from service.record.followers.other_replicas import HeardEntry
from service.record.queries.records import Records

logger = logging.getLogger(__name__)

MOST_LISTENERS = 64
MOST_URGENT = 5000
STALLED_S = 30.0
RETRY_S = 1.0
RECENT_EVENTS = 1000
TROUBLE = frozenset({EventKind.TROUBLE_BEGAN, EventKind.TROUBLE_ENDED})
LASTING = (EventKind.NO_DATA, EventKind.DATA_RESUMED, EventKind.DRIFT, EventKind.DRIFT_ENDED)

Watch = Callable[[int], AsyncIterator[list[Recorded]]]


class Subscription:
    """What one listener has not been told: all that is urgent, in order, and of each good well only the latest.

    A listener who lets too much gather, or takes nothing for ``STALLED_S``, is ``dropped``: it is emptied and takes
    no more.
    """

    def __init__(self, sequence: int, clock: Callable[[], float] = monotonic) -> None:
        self.sequence = sequence
        self.dropped = False
        self._clock = clock
        self._taken_at = clock()
        self._urgent: deque[Recorded] = deque()
        self._good: dict[tuple[str | None, str | None], Recorded] = {}
        self._news = asyncio.Event()

    def put(self, entries: Sequence[Recorded]) -> None:
        """Add entries; the caller never waits."""
        if self.dropped:
            return
        for recorded in entries:
            entry = recorded.entry
            if isinstance(entry, Decision) and entry.verdict is Verdict.NO_LEAK:
                self._good[entry.camera_id, entry.well_id] = recorded
            else:
                if isinstance(entry, Decision):
                    self._good.pop((entry.camera_id, entry.well_id), None)  # told later, it would hide this one
                self._urgent.append(recorded)
                self._news.set()
        self.sequence = entries[-1].sequence if entries else self.sequence
        if len(self._urgent) > MOST_URGENT or self._clock() - self._taken_at > STALLED_S:
            self._drop()

    async def news(self, longest_s: float) -> None:
        """Wait until there is something urgent, at most that long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(longest_s):
                await self._news.wait()

    def take_urgent(self) -> list[Recorded]:
        self._taken_at = self._clock()
        self._news.clear()
        taken = list(self._urgent)
        self._urgent.clear()
        return taken

    def take_good(self) -> list[Recorded]:
        """Take the latest decision of each good well that has a new one."""
        taken = list(self._good.values())
        self._good.clear()
        return taken

    def _drop(self) -> None:
        self.dropped = True
        self._urgent.clear()
        self._good.clear()
        self._news.set()


class LiveEvents:
    """Follows the journal for the board and for every listener."""

    def __init__(self, board: Board, watch: Watch) -> None:
        self.board = board
        self._watch = watch
        self._subscriptions: set[Subscription] = set()

    async def begin(self, records: Records, sequence: int) -> None:
        """Bring the board to where the record is; ``sequence`` was its last entry before this call.

        Raises:
            Unavailable: the record cannot be read.
        """
        events = await records.events(RECENT_EVENTS, LASTING)
        known: list[Entry] = [*await records.latest(MOST_WELLS, self.board.expected_cameras), *reversed(events)]
        self.board.apply(Recorded(sequence, entry) for entry in known)
        for alarm in reversed(await records.standing_alarms()):
            self.board.standing(alarm)

    async def follow(self) -> None:
        """Follow for ever, from where the board is."""
        while True:
            try:
                async for entries in self._watch(self.board.sequence):
                    self._tell(entries)
            except Unavailable as error:
                logger.warning("the record cannot be followed", extra={"problem": str(error)})
                await asyncio.sleep(RETRY_S)
            else:
                return

    def tell(self, events: Sequence[Event]) -> None:
        """Tell listeners at once of troubles, which may be that the journal takes nothing."""
        for subscription in self._subscriptions:
            subscription.put([Recorded(self.board.sequence, event) for event in events])

    async def hear(self, others: Callable[[], AsyncIterator[list[HeardEntry]]], heard: Callable[[Entry], None]) -> None:
        """Follow for ever what other replicas write; each entry goes to ``heard`` too."""
        async for entries in others():
            for _, replica, entry in entries:
                heard(entry)
                self._tell([Recorded(self.board.sequence, entry)], replica)

    @contextmanager
    def subscribe(self) -> Iterator[Subscription]:
        """Give a subscription for what comes after the board's sequence.

        Raises:
            Overloaded: too many listen already.
        """
        if len(self._subscriptions) >= MOST_LISTENERS:
            raise Overloaded(f"{MOST_LISTENERS} pages follow the events already: close one")
        subscription = Subscription(self.board.sequence)
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)

    def _tell(self, entries: Sequence[Recorded], replica: str | None = None) -> None:
        fresh = self.board.apply(entries, replica)
        if not self._subscriptions:
            return
        news = [recorded for recorded in fresh if not _is_trouble(recorded.entry)]
        for subscription in self._subscriptions:
            subscription.put(news)


def _is_trouble(entry: Entry) -> bool:
    """Whether listeners know it already, or it is the trouble of another replica."""
    return isinstance(entry, Event) and entry.kind in TROUBLE

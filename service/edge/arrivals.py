"""Arrivals: large bodies on their way in; who sends slowly makes room for the next, and takes no place in the queue."""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection
from math import ceil
from time import monotonic

from service.contract.errors import Overloaded, ShareTaken

STALLED_S = 1.0
"""A body of which nothing came for so long is given up where somebody else needs its place."""


class Arrivals:
    """A bounded number of bodies that are larger than what the server holds of any connection anyway.

    One address fills ``address_share`` of the places, whatever cameras it names; the rest is for other addresses and
    for known cameras.

    Args:
        places: how many bodies may be on their way, or wait for their verdict.
        address_share: above 0, at most 1.
        known: cameras of the cameras file.
        clock: in seconds, monotonic.
    """

    def __init__(
        self,
        places: int,
        address_share: float = 1.0,
        known: Collection[str] = (),
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._places = places
        self._shared = ceil(places * address_share)
        self._known = frozenset(known)
        self._clock = clock
        self._open: dict[Arrival, None] = {}
        self._held: Counter[str] = Counter()

    def enter(self, address: str, camera_id: str | None = None) -> "Arrival":
        """Take a place, to be held by a ``with`` statement.

        Raises:
            Overloaded: none is free, and everybody who has one sends.
            ShareTaken: the address holds its part, and sends.
        """
        full = len(self._open) >= self._places
        above_share = camera_id not in self._known and self._held[address] >= self._shared
        if full or above_share:
            stalled = self._stalled(None if full else address)
            if stalled is not None:
                stalled.give_up()
            elif full:
                raise Overloaded(f"{self._places} bodies are on their way already: send the next picture")
            else:
                raise ShareTaken(f"{address} sends {self._held[address]} bodies at once: let it send fewer")
        arrival = Arrival(address, self._clock, self._leave)
        self._open[arrival] = None
        self._held[address] += 1
        return arrival

    def client(self, address: str, camera_id: str | None) -> str:
        """Say who shares places with others: a camera, unless there are known ones of which it is none."""
        if camera_id is None or (self._known and camera_id not in self._known):
            return address
        return camera_id

    def _stalled(self, address: str | None) -> "Arrival | None":
        """The arrival that has stood still for longest, of an address or of all; None where all move."""
        before = self._clock() - STALLED_S
        standing = [each for each in self._open if each.moved_at <= before and address in {None, each.address}]
        return min(standing, key=lambda each: each.moved_at, default=None)

    def _leave(self, arrival: "Arrival") -> None:
        if arrival not in self._open:
            return
        del self._open[arrival]
        self._held[arrival.address] -= 1
        if not self._held[arrival.address]:
            del self._held[arrival.address]


class Arrival:
    """One body on its way, while a ``with`` statement lasts."""

    def __init__(self, address: str, clock: Callable[[], float], leave: "Callable[[Arrival], None]") -> None:
        self.address = address
        self.moved_at = clock()
        self._clock = clock
        self._leave = leave
        self._bound: asyncio.Timeout | None = None

    def __enter__(self) -> "Arrival":
        return self

    def __exit__(self, *_: object) -> None:
        self._leave(self)

    def begin(self, bound: asyncio.Timeout) -> None:
        """Wait for the body under a bound, which ends at once where somebody else gets the place."""
        self._bound = bound

    def moved(self) -> None:
        """Note that a part has come."""
        self.moved_at = self._clock()

    def arrived(self) -> None:
        """Note that all has come: what waits for its verdict keeps its place."""
        self.moved_at = float("inf")
        self._bound = None

    def give_up(self) -> None:
        """End the wait for the body."""
        self._leave(self)
        if self._bound is not None:
            self._bound.reschedule(asyncio.get_running_loop().time())

"""Admission: a bounded number of requests in flight, and fair shares of the event loop for work done on it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from service.contract.errors import DeadlineExceeded, Overloaded


class Admission:
    """Places for requests; whoever finds none is refused at once."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._taken = 0

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place.

        Raises:
            Overloaded: every place is taken.
        """
        if self._taken >= self._places:
            raise Overloaded(f"{self._taken} of {self._places} places are taken: send the next picture")
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1


class LoopShare:
    """Hands out turns for short work on the event loop, at most ``slice_s`` of it in one round of the loop.

    Between two rounds the loop reads sockets and refuses what is too much, so a refusal waits for one slice and not
    for the whole queue. Turns are given in the order of asking.
    """

    def __init__(self, slice_s: float = 0.005) -> None:
        self._slice_s = slice_s
        self._started: float | None = None

    async def turn(self, deadline: float) -> None:
        """Wait until work may be done; always lets the loop take in what has arrived first.

        Args:
            deadline: on the clock of ``time.perf_counter``.

        Raises:
            DeadlineExceeded: the deadline passed while waiting.
        """
        await asyncio.sleep(0)
        while not self._free():  # noqa: ASYNC110  # an event would wake everybody in the same round
            await asyncio.sleep(0)
        if perf_counter() > deadline:
            raise DeadlineExceeded("the deadline passed before inference: send a fresh picture")

    def _free(self) -> bool:
        now = perf_counter()
        if self._started is None:
            self._started = now
            asyncio.get_running_loop().call_soon(self._next_round)
        return now - self._started < self._slice_s

    def _next_round(self) -> None:
        self._started = None

"""The one place between a stream and the service: the newest frame waits there, older ones are dropped."""

import threading
from collections.abc import Callable
from time import perf_counter
from typing import NamedTuple

MAX_AGE_S = 1.0
"""A frame that is older tells nothing of the wells now."""

TIMEOUT_S = 2.0
SILENT = f"nothing came for {TIMEOUT_S:g} s: look after camera and network"


class ArrivedFrame(NamedTuple):
    """A frame that can be made into the bytes of a file; ``arrived`` is on the clock of ``time.perf_counter``.

    ``captured`` is its time by the camera's own clock, in Unix seconds, where that is known.
    """

    arrived: float
    file: Callable[[], bytes]
    captured: float | None = None


class Newest:
    """One thread puts, another takes; neither waits for the other's work."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._arrival: ArrivedFrame | None = None
        self._ended: str | None = None
        self.frames = 0
        self.dropped = 0
        self.errors = 0
        self.lost = 0

    def put(self, arrival: ArrivedFrame) -> None:
        """Replace what waits."""
        with self._changed:
            self.frames += 1
            self.dropped += self._arrival is not None
            self._arrival = arrival
            self._changed.notify()

    def end(self, why: str) -> None:
        """Say that nothing will come any more; the first reason counts."""
        with self._changed:
            self._ended = self._ended or why
            self._changed.notify()

    def take(self, not_before: float) -> ArrivedFrame | str:
        """Wait for a frame that arrived at that time or later, and is young; or for the end, and why."""
        with self._changed:
            while True:
                arrival, self._arrival = self._arrival, None
                if arrival is not None and self._wanted(arrival, not_before):
                    return arrival
                self.dropped += arrival is not None
                if self._ended is not None:
                    return self._ended
                self._changed.wait()

    @staticmethod
    def _wanted(arrival: ArrivedFrame, not_before: float) -> bool:
        return arrival.arrived >= not_before and perf_counter() - arrival.arrived <= MAX_AGE_S

"""Overload: pictures are refused unseen because there are more than can be judged in time."""

from collections.abc import Callable, Mapping
from time import monotonic

QUIET_S = 10.0
OVERLOAD = "overload"


class Overload:
    """Lasts from a refusal until none has followed for ``QUIET_S``.

    Args:
        refused: how many requests have been refused since the start.
        clock: in seconds.
    """

    def __init__(self, refused: Callable[[], int], clock: Callable[[], float] = monotonic) -> None:
        self._refused = refused
        self._clock = clock
        self._seen = self._before = 0
        self._last = 0.0

    def problems(self) -> Mapping[str, str]:
        """Say what is wrong, if anything is; to be asked every second or so."""
        now, total = self._clock(), self._refused()
        if total > self._seen:
            self._seen, self._last = total, now
        elif now - self._last >= QUIET_S:
            self._before = total
        count = total - self._before
        return {OVERLOAD: f"requests refused unseen: {count}; send less, or add a replica"} if count else {}

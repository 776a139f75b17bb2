"""Tells from the times of a video's packets whether one is missing: the decoder's own flags do not."""

from collections import deque
from statistics import median

KNOWN_STEPS = 31
FEWEST_STEPS = 3
LONGEST_STEP = 1.5
"""In usual ones; where a packet is missing the step has two."""


class Continuity:
    """Which pictures have all that they refer to: those since a keyframe behind which no packet is missing.

    The usual step is the median of the last ones, so a picture rate that varies counts as loss; ``gaps`` counts it.
    """

    def __init__(self) -> None:
        self.gaps = 0
        self._steps: deque[int] = deque(maxlen=KNOWN_STEPS)
        self._last: int | None = None
        self._longest: int | None = None

    def broken(self) -> None:
        """Nothing is whole before the next keyframe."""
        self._longest = None

    def is_whole(self, pts: int | None, keyframe: bool) -> bool:
        """Note a packet, and say whether its picture can be trusted.

        Args:
            pts: its time, in any unit; without one nothing is known until the next keyframe.
            keyframe: it refers to no other.
        """
        step = None if pts is None or self._last is None else pts - self._last
        self._last = pts
        if step is not None:
            self._steps.append(step)
        if keyframe:
            self._longest = None if pts is None else 0
        elif step is None or step <= 0:
            self._longest = None
        elif self._longest is not None:
            self._longest = max(self._longest, step)
        if self._longest is None or len(self._steps) < FEWEST_STEPS:
            return False
        if self._longest > LONGEST_STEP * median(self._steps):
            self._longest = None
            self.gaps += 1
        return self._longest is not None

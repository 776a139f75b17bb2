"""What an alarm needs to know of a well's last pictures: their verdicts, and how often it went wrong anew."""

from collections import deque

from service.contract.decision import Verdict

CHATTERING_TIMES = 3
CHATTERING_S = 60.0
"""An alarm that comes that often within that time is chattering (ISA-18.2)."""

UNWATCHED_S = 60.0


class RecentPictures:
    """The last verdicts of one well. Times are seconds of a clock that only goes forward."""

    def __init__(self, length: int) -> None:
        self._verdicts: deque[Verdict] = deque(maxlen=length)
        self._began: deque[float] = deque(maxlen=CHATTERING_TIMES)
        self._taken_at: float | None = None
        self.rested = True
        """Whether all were good since it last went wrong."""

    def take(self, verdict: Verdict, now: float) -> bool:
        """Take the next picture; return whether the well was not watched for long before it."""
        unwatched = self._taken_at is not None and now - self._taken_at > UNWATCHED_S
        self._taken_at = now
        self._verdicts.append(verdict)
        return unwatched

    def begin(self, now: float) -> None:
        """Note that it has gone wrong anew."""
        self.rested = False
        self._began.append(now)

    def chatters(self, now: float) -> bool:
        return len(self._began) == CHATTERING_TIMES and now - self._began[0] <= CHATTERING_S

    @property
    def suspicious(self) -> int:
        """How many are leak or unknown."""
        return len(self._verdicts) - self._verdicts.count(Verdict.NO_LEAK)

    @property
    def leaks(self) -> int:
        return self._verdicts.count(Verdict.LEAK)

    @property
    def clean(self) -> bool:
        """Whether there are enough of them to say that the well is good, and all are."""
        return len(self._verdicts) == self._verdicts.maxlen and self.suspicious == 0

    def idle(self, now: float) -> bool:
        """Whether nothing in it matters any more."""
        return self.suspicious == 0 and not (self._began and now - self._began[-1] <= CHATTERING_S)

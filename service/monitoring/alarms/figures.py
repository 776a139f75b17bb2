"""How many alarms there are, against what one operator can bear (ISA-18.2 / IEC 62682, EEMUA 191)."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import monotonic

HOUR_S = 3600.0
DAY_S = 24 * HOUR_S
PEAK_S = 600.0
MOST_ALARMS = 20_000
BEARABLE_AN_HOUR = 6
BEARABLE_IN_PEAK = 10
BEARABLE_STANDING = 5


@dataclass(frozen=True, slots=True)
class AlarmFigures:
    """Alarms raised, ``last_hour`` and on average an hour over ``hours`` (24 at most); the rest is now.

    ``peak`` is the most in any ten minutes of those hours. The ``guide_`` figures are what is held to be bearable for
    one operator: above them alarms are missed.
    """

    hours: float
    last_hour: int
    average_an_hour: float
    peak: int
    standing: int
    waiting: int
    chattering: int
    guide_average_an_hour: int = BEARABLE_AN_HOUR
    guide_peak: int = BEARABLE_IN_PEAK
    guide_standing: int = BEARABLE_STANDING
    guide_chattering: int = 0


class AlarmRate:
    """When alarms were raised, for a day; of more than ``MOST_ALARMS`` the oldest are forgotten."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._began = clock()
        self._raised: deque[float] = deque(maxlen=MOST_ALARMS)

    def raised(self) -> None:
        """Count an alarm that is on record."""
        self._raised.append(self._clock())

    def restore(self, ages_s: Iterable[float]) -> None:
        """Know of alarms raised before the start, by their age in seconds."""
        now = self._clock()
        self._raised.extend(now - age_s for age_s in sorted(ages_s, reverse=True) if 0 <= age_s < DAY_S)
        self._began = min([self._began, *self._raised])

    def figures(self, *, standing: int, waiting: int, chattering: int) -> AlarmFigures:
        now = self._clock()
        while self._raised and now - self._raised[0] > DAY_S:
            self._raised.popleft()
        hours = min(24.0, max(1.0, (now - self._began) / HOUR_S))
        last_hour = sum(now - at <= HOUR_S for at in self._raised)
        return AlarmFigures(hours, last_hour, len(self._raised) / hours, self._peak(), standing, waiting, chattering)

    def _peak(self) -> int:
        most, within = 0, deque[float]()
        for at in self._raised:
            within.append(at)
            while at - within[0] > PEAK_S:
                within.popleft()
            most = max(most, len(within))
        return most

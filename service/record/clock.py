"""The clock by which the record ages: the system's, less every jump that no time can have passed in.

A clock that was wrong for a minute must not make old entries of new ones. So each look compares the clock with the time
that has passed since the last, and what cannot be explained is kept, in a file, as a shift of everything that was dated
before: entries age by the time that has really passed, however often the clock is set. A jump of more than an hour is
an incident, and pauses all deletion by age for a day of running, in which the clock can be set right.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from pydantic import AwareDatetime, BaseModel, ValidationError

from service.contract.stored_files.durable_file import write_durably
from service.record.database.entry_row import EPOCH, MICROSECOND, micros

CLOCK_FILE = "clock.json"
JUMP = timedelta(hours=1)
LONGEST_STOP = timedelta(days=7)
"""A service that was off for longer, or slept, is taken for one whose clock was set: both can look the same."""
PAUSE = timedelta(days=1)
MOST_SHIFTS = 16

logger = logging.getLogger(__name__)


class TimeRange(NamedTuple):
    """Times in microseconds since 1970, from ``since`` to ``before`` (excluded)."""

    since: int
    before: int


class Shift(BaseModel):
    """What was dated from ``since`` to ``until`` is younger by ``by`` than its date says."""

    since: AwareDatetime
    until: AwareDatetime
    by: timedelta


class ClockReading(NamedTuple):
    """What a look has shown: the time, whether deletion by age is paused, and how long the process has run."""

    now: datetime
    paused: bool = False
    running: timedelta = timedelta(days=36_500)
    shifts: tuple[Shift, ...] = ()

    def older_than(self, days: float) -> list[TimeRange]:
        """Return the dates of what is older than that, none while deletion is paused."""
        before = micros(self.now - timedelta(days=days))
        young = [hole._replace(since=max(hole.since, before - by)) for hole, by in self._behind()]
        return [] if self.paused else _without(TimeRange(0, before), young)

    def surely_dated(self, before: int) -> list[TimeRange]:
        """Return the dates up to a time at which no clock was behind."""
        return _without(TimeRange(0, before), [hole for hole, _ in self._behind()])

    def _behind(self) -> list[tuple[TimeRange, int]]:
        """When the clock was behind, and by how much."""
        behind = [shift for shift in self.shifts if shift.by > JUMP]
        return [(TimeRange(micros(shift.since), micros(shift.until) + 1), shift.by // MICROSECOND) for shift in behind]


class _State(BaseModel):
    """The file: the last look, since when the clock has run without a jump, and what jumped before."""

    seen_at: AwareDatetime
    since: AwareDatetime = EPOCH
    pause: timedelta = timedelta()
    jump: str = ""
    shifts: list[Shift] = []


class RecordClock:
    """Reads the clock for those who delete; safe in any thread.

    Args:
        path: the file that outlives a restart.
        newest: gives the time of the newest entry, by which the clock is judged where there is no file yet.
        longest: what is older than this is of no interest.
        wall: the clock.
        elapsed: seconds that nobody can set.
    """

    def __init__(
        self,
        path: Path,
        newest: Callable[[], datetime | None] = lambda: None,
        longest: timedelta = timedelta(days=36_500),
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
        elapsed: Callable[[], float] = lambda: time.clock_gettime(time.CLOCK_BOOTTIME),
    ) -> None:
        self._path = path
        self._newest = newest
        self._longest = longest
        self._wall = wall
        self._elapsed = elapsed
        self._lock = threading.Lock()
        self._state: _State | None = None
        self._started_at = self._looked_at = 0.0
        self._slow_drift = timedelta()
        self._problem = ""
        self.expected = False
        """Whether the service has run here before, so that a file that is not there is a loss."""

    def look(self) -> ClockReading:
        """Read the clock, find out whether it has jumped, and remember it."""
        with self._lock:
            now, elapsed = self._wall(), self._elapsed()
            if self._state is None:
                state, passed = self._read(now)
                known = passed if timedelta() <= passed <= LONGEST_STOP else timedelta()
                self._started_at = elapsed
            else:
                state = self._state
                known = timedelta(seconds=elapsed - self._looked_at)
                known = known if known <= LONGEST_STOP else timedelta()
            self._looked_at = elapsed
            self._take(state, now, known)
            self._keep(state)
            running = timedelta(seconds=elapsed - self._started_at)
            return ClockReading(now, bool(self._problem), running, tuple(state.shifts))

    def problems(self) -> dict[str, str]:
        """Say that deletion is paused, and why; an incident."""
        return {"clock": self._problem} if self._problem else {}

    @property
    def paused(self) -> bool:
        """Whether nothing is deleted for its age."""
        return bool(self._problem)

    def _read(self, now: datetime) -> tuple[_State, timedelta]:
        try:
            state = _State.model_validate_json(self._path.read_bytes())
        except (OSError, ValidationError) as error:
            state = _State(seen_at=self._newest() or now)
            if self.expected or not isinstance(error, FileNotFoundError):
                self._forgotten(state)
        return state, now - state.seen_at

    def _forgotten(self, state: _State) -> None:
        """When the clock was behind is not known any more: what was dated then would seem old enough to be deleted."""
        state.jump = (
            f"{self._path.name} is gone or cannot be read: the newest entry tells the time, and nothing is deleted for "
            "its age for a day; restore the file where this clock was ever set on by much"
        )
        state.pause = PAUSE
        logger.error(state.jump)

    def _take(self, state: _State, now: datetime, known: timedelta) -> None:
        self._slow_drift += now - state.seen_at - known
        state.pause = max(timedelta(), state.pause - known)
        if abs(self._slow_drift) > JUMP:
            self._jumped(state, now, self._slow_drift)
            self._slow_drift = timedelta()
        state.seen_at, self._state = now, state

    def _jumped(self, state: _State, now: datetime, by: timedelta) -> None:
        way = "on" if by > timedelta() else "back"
        state.jump = (
            f"the clock went {way} by {abs(by).total_seconds() / 86_400:.2f} days, to {now:%Y-%m-%d %H:%M} UTC, or the"
            " service was off that long: nothing is deleted for its age for a day; see to the clock"
        )
        logger.error(state.jump)
        state.pause = PAUSE
        shifts = [shift.model_copy(update={"by": shift.by + by}) for shift in state.shifts]
        shifts.append(Shift(since=state.since, until=now - by, by=by))
        oldest = micros(now - self._longest)
        shifts = [shift for shift in shifts if micros(shift.until) + shift.by // MICROSECOND > oldest]
        while len(shifts) > MOST_SHIFTS:
            shifts[:2] = [_both(*shifts[:2])]
        state.shifts, state.since = shifts, now

    def _keep(self, state: _State) -> None:
        self._problem = state.jump if state.pause else ""
        try:
            write_durably(self._path, state.model_dump_json())
        except OSError as error:
            self._problem = f"{self._path.name} cannot be written ({error.strerror}): nothing is deleted for its age"


def _both(first: Shift, second: Shift) -> Shift:
    """One shift that makes nothing older than either of two does."""
    since, until = min(first.since, second.since), max(first.until, second.until)
    return Shift(since=since, until=until, by=max(first.by, second.by))


def _without(whole: TimeRange, holes: Iterable[TimeRange]) -> list[TimeRange]:
    """What of a range lies in none of the holes."""
    ranges = []
    start = whole.since
    for hole in sorted(holes):
        ranges.append(TimeRange(start, min(hole.since, whole.before)))
        start = max(start, hole.before)
    ranges.append(TimeRange(start, whole.before))
    return [each for each in ranges if each.since < each.before]

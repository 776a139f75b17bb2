"""The clock of the record: whoever sets the system's makes nothing older than it is."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.record.clock import CLOCK_FILE, MOST_SHIFTS, ClockReading, RecordClock
from service.record.database.entry_row import micros

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
LEAK_DAYS = 1825


class Machine:
    """A machine with a clock that can be set, and a service that looks at it once a minute while it runs."""

    def __init__(self, folder: Path, now: datetime = NOON, newest: datetime | None = None) -> None:
        self.file = folder / CLOCK_FILE
        self.now = now
        self.newest = newest
        self.elapsed = 1000.0
        self.start()

    def start(self) -> None:
        self.clock = RecordClock(
            self.file, lambda: self.newest, timedelta(days=LEAK_DAYS), lambda: self.now, lambda: self.elapsed
        )

    def set_clock(self, **by: float) -> None:
        self.now += timedelta(**by)

    def passes(self, **time: float) -> None:
        self.now += timedelta(**time)
        self.elapsed += timedelta(**time).total_seconds()

    def runs(self, minutes: int = 3) -> ClockReading:
        reading = self.clock.look()
        for _ in range(minutes):
            self.passes(minutes=1)
            reading = self.clock.look()
        return reading

    def stops(self, **time: float) -> None:
        self.passes(**time)
        self.elapsed = 50.0
        self.start()


def is_old(reading: ClockReading, dated: datetime, days: float = LEAK_DAYS) -> bool:
    """Whether what bears this date would be deleted, once deletion goes on."""
    ranges = reading._replace(paused=False).older_than(days)
    return any(since <= micros(dated) < before for since, before in ranges)


def test_a_clock_that_nobody_sets_ages_everything_by_its_date(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.runs()
    machine.stops(days=2)
    reading = machine.runs()
    assert not reading.paused
    assert reading.shifts == ()
    assert machine.clock.problems() == {}
    assert is_old(reading, machine.now - timedelta(days=LEAK_DAYS, minutes=1))
    assert not is_old(reading, machine.now - timedelta(days=LEAK_DAYS, minutes=-1))


@pytest.mark.parametrize("restart", [False, True])
def test_leaks_of_a_slow_clock_stay_when_it_is_corrected(tmp_path: Path, restart: bool) -> None:
    machine = Machine(tmp_path, NOON - timedelta(days=3000))
    machine.runs()
    leak = machine.now
    machine.runs()
    machine.set_clock(days=3000)
    if restart:
        machine.stops(minutes=5)
    reading = machine.runs()
    assert reading.paused
    assert "the clock went on by 3000" in machine.clock.problems()["clock"]
    assert not is_old(reading, leak)
    assert is_old(reading, leak - timedelta(days=LEAK_DAYS)), "what was old before is old still"


@pytest.mark.parametrize("restart", [False, True])
def test_a_clock_that_is_ahead_for_a_minute_makes_nothing_old(tmp_path: Path, restart: bool) -> None:
    machine = Machine(tmp_path)
    leak = machine.now
    machine.runs()
    machine.set_clock(days=2200)
    if restart:
        machine.stops(minutes=1)
    assert not is_old(machine.runs(1), leak)
    ahead = machine.now
    machine.set_clock(days=-2200)
    if restart:
        machine.stops(minutes=1)
    reading = machine.runs()
    assert not is_old(reading, leak)
    assert not is_old(reading, ahead)
    machine.elapsed += 1
    old = reading._replace(now=NOON + timedelta(days=LEAK_DAYS + 1))
    assert is_old(old, leak), "when its time has come it goes"


def test_a_clock_that_runs_too_fast_is_found_out(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.runs()
    for _ in range(70):
        machine.set_clock(minutes=1)
        machine.passes(minutes=1)
        reading = machine.clock.look()
    assert reading.paused


def test_a_sleep_longer_than_a_week_is_no_age(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.runs()
    leak = machine.now
    machine.passes(days=2000)
    assert not is_old(machine.runs(), leak)


def test_deletion_goes_on_after_a_day_of_running_also_across_a_restart(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.runs()
    machine.set_clock(hours=5)
    assert machine.runs().paused
    machine.passes(hours=20)
    assert machine.clock.look().paused
    machine.stops(minutes=10)
    assert machine.clock.look().paused
    assert machine.clock.paused
    machine.passes(hours=4)
    assert not machine.clock.look().paused
    assert machine.clock.problems() == {}


def test_while_deletion_is_paused_nothing_is_old(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.runs()
    machine.set_clock(days=1)
    assert machine.runs().older_than(0) == []


@pytest.mark.parametrize("content", [None, b"", b"no clock"])
def test_without_a_readable_file_the_newest_entry_tells_the_time(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / CLOCK_FILE).write_bytes(content)
    machine = Machine(tmp_path, newest=NOON - timedelta(days=3000))
    reading = machine.runs()
    assert reading.paused
    assert machine.newest is not None
    assert not is_old(reading, machine.newest)


def test_where_the_file_cannot_be_written_nothing_is_deleted_for_its_age(tmp_path: Path) -> None:
    machine = Machine(tmp_path / "nowhere")
    assert machine.runs().paused
    assert "cannot be written" in machine.clock.problems()["clock"]


def test_many_jumps_are_remembered_in_bounded_room_and_make_nothing_older(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    dates = []
    for _ in range(3 * MOST_SHIFTS):
        reading = machine.runs()
        dates.append(machine.now)
        machine.set_clock(days=100)
    reading = machine.runs()
    assert len(reading.shifts) <= MOST_SHIFTS
    assert not any(is_old(reading, date) for date in dates)


def test_no_jump_however_far_breaks_it(tmp_path: Path) -> None:
    machine = Machine(tmp_path, datetime(1970, 1, 1, tzinfo=UTC))
    machine.runs()
    machine.now = datetime(9999, 1, 1, tzinfo=UTC)
    machine.runs()
    machine.now = NOON
    assert machine.runs().older_than(1) == []


def test_above_the_cap_what_a_slow_clock_dated_does_not_count_as_oldest(tmp_path: Path) -> None:
    machine = Machine(tmp_path, NOON - timedelta(days=3000))
    machine.runs()
    wrong = micros(machine.now)
    machine.set_clock(days=3000)
    reading = machine.runs()
    assert not any(since <= wrong < before for since, before in reading.surely_dated(micros(machine.now)))

"""One number a camera and period, an alarm that stands until a person accepts it, and restarts."""

import math
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import pytest

from service.contract.decision import Verdict
from service.contract.errors import NotFound
from service.contract.journal_entry import EventKind
from service.monitoring.shift.watch import FILE, MOST_WELLS, ShiftWatch
from service.setting_groups import ShiftSettings
from tests.damages import DAMAGES, Damage
from tests.decisions import a_decision

PERIOD_S = 100.0
SETTINGS = ShiftSettings(period_s=PERIOD_S, alpha=0.01)


class Days:
    """A watch, period by period."""

    def __init__(self, folder: Path, artifact: str | None = "a-00000000", settings: ShiftSettings = SETTINGS) -> None:
        self.artifact = artifact
        self.now = 0.0
        self.watch = ShiftWatch(lambda: self.artifact, settings, folder, self.now)

    def send(self, score: float, verdict: Verdict = Verdict.NO_LEAK, well: str = "1") -> None:
        self.watch.observe(a_decision(verdict, score=score, well_id=well))

    def end(self) -> list[EventKind]:
        """The end of a period."""
        self.now += PERIOD_S
        return [event.kind for event in self.watch.look(self.now)]

    def rise(self, most: int = 100) -> int:
        """Ever higher scores until the alarm; after how many periods it came."""
        for count in range(1, most):
            self.send(1.0 + count)
            if self.end() == [EventKind.SHIFT]:
                return count
        raise AssertionError("no alarm")


@pytest.fixture
def days(tmp_path: Path) -> Days:
    days = Days(tmp_path)
    days.end()
    return days


def bag(days: Days) -> list[float]:
    return days.watch.cameras["cam-1"].martingale.bag


def test_a_period_gives_the_median_of_the_last_scores_of_its_wells(days: Days) -> None:
    for score, well in [(9.0, "1"), (1.0, "1"), (2.0, "2"), (30.0, "3")]:
        days.send(score, well=well)
    assert days.watch.look(days.now + PERIOD_S / 2) == []
    assert not days.watch.cameras
    days.end()
    assert bag(days) == [2.0]


def test_only_good_wells_count_and_a_period_without_any_gives_nothing(days: Days) -> None:
    days.send(5.0, Verdict.LEAK)
    days.send(5.0, Verdict.UNKNOWN)
    days.watch.observe(a_decision(camera_id=None))
    days.end()
    assert not days.watch.cameras


def test_the_alarm_is_raised_once_and_stands_until_a_person_accepts(days: Days) -> None:
    assert 10 < days.rise() < 60
    known = days.watch.cameras["cam-1"]
    assert known.shifted_at is not None
    assert days.watch.ratio("cam-1") >= 1
    taken = known.martingale.taken
    for _ in range(5):
        days.send(100.0)
        assert days.end() == []
    assert days.watch.cameras["cam-1"].martingale.taken == taken, "nothing is taken meanwhile"
    event = days.watch.accept("cam-1", "Ada", "new lamp")
    assert dict(event.payload) == {"camera_id": "cam-1", "operator": "Ada", "reason": "new lamp"}
    assert days.watch.ratio("cam-1") == SETTINGS.alpha / 6, "the second watch has a sixth of it"
    with pytest.raises(NotFound):
        days.watch.accept("cam-1", "Ada", "again")
    assert days.rise() > 10, "the watch began anew"


@pytest.mark.parametrize("camera_id", ["cam-1", "cam-2"])
def test_nothing_is_accepted_where_nothing_stands(days: Days, camera_id: str) -> None:
    days.send(1.0)
    days.end()
    with pytest.raises(NotFound):
        days.watch.accept(camera_id, "Ada", "why not")


def test_a_restart_goes_on_and_keeps_the_alarm(days: Days, tmp_path: Path) -> None:
    days.rise()
    days.watch.save(days.watch.content())
    again = Days(tmp_path)
    again.watch.restore()
    again.end()
    assert again.watch.cameras == days.watch.cameras


def test_another_artefact_begins_anew(days: Days) -> None:
    days.send(1.0)
    days.end()
    days.send(2.0)
    days.artifact = "b-00000000"
    days.end()
    assert not days.watch.cameras
    days.send(3.0)
    days.end()
    assert bag(days) == [3.0]


def test_watches_are_counted_over_artefacts_and_restarts(days: Days, tmp_path: Path) -> None:
    days.send(1.0)
    days.end()
    days.artifact = "b-00000000"
    days.end()
    days.send(1.0)
    days.end()
    days.watch.save(days.watch.content())
    again = Days(tmp_path, "c-00000000")
    again.watch.restore()
    again.end()
    again.send(1.0)
    again.end()
    assert again.watch.cameras["cam-1"].watch == 3


def alarms(seed: int, days: Days, numbers: Sequence[float], changes: Collection[int]) -> tuple[int, int]:
    """How many alarms told of a change since their watch began, and how many of none; each is accepted at once."""
    right = wrong = began = 0
    for place, number in enumerate(numbers):
        days.send(number)
        if days.end() == [EventKind.SHIFT]:
            known = any(began < change <= place for change in changes)
            right, wrong, began = right + known, wrong + (not known), place + 1
            days.watch.accept("cam-1", "Ada", f"stream {seed}")
    return right, wrong


@pytest.mark.parametrize("changes", [(), (100, 200)])
def test_all_watches_of_a_camera_together_are_wrong_no_more_often_than_alpha(
    tmp_path: Path, changes: tuple[int, ...]
) -> None:
    streams, found = 100, []
    alpha = 0.1
    for seed in range(streams):
        rng = np.random.default_rng([11, seed])
        numbers = rng.normal(size=300) + sum((np.arange(300) >= change) * 3.0 for change in changes)
        days = Days(tmp_path, f"{seed}-00000000", ShiftSettings(period_s=PERIOD_S, alpha=alpha))
        found.append(alarms(seed, days, numbers.tolist(), changes))
    wrong = sum(each > 0 for _, each in found) / streams
    assert wrong <= alpha + 3 * math.sqrt(alpha * (1 - alpha) / streams)
    assert sum(right for right, _ in found) > 0.9 * streams * len(changes) - 1, "and changes are told"


def test_while_nothing_is_served_nothing_is_forgotten(days: Days) -> None:
    days.send(1.0)
    days.end()
    days.artifact = None
    days.end()
    assert bag(days) == [1.0]


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_what_is_kept_and_damaged_is_set_aside_and_told(tmp_path: Path, damage: Damage) -> None:
    (tmp_path / FILE).write_text("{}")
    damage(tmp_path / FILE)
    days = Days(tmp_path)
    days.watch.restore()
    assert not days.watch.cameras
    (aside,) = tmp_path.glob(f"{FILE}.damaged-*")
    assert aside.name in days.watch.doubts()[FILE]
    days.watch.save(days.watch.content())
    assert (tmp_path / FILE).is_file()


@pytest.mark.parametrize(("expected", "told"), [(True, [FILE]), (False, [])])
def test_a_watch_that_is_gone_is_told_where_one_has_run_before(tmp_path: Path, expected: bool, told: list[str]) -> None:
    days = Days(tmp_path)
    days.watch.restore(expected=expected)
    assert [*days.watch.doubts()] == told


@pytest.mark.parametrize("by_s", [-3600, -50 * PERIOD_S, 86_400, 40 * 365 * 86_400], ids=str)
def test_a_clock_that_is_set_makes_no_number_and_stops_nothing(days: Days, by_s: float) -> None:
    days.send(1.0)
    days.now += by_s
    assert days.watch.look(days.now) == []
    assert not days.watch.cameras, "what was gathered is of no whole period"
    days.send(2.0)
    days.end()
    assert bag(days) == [2.0]


def test_a_full_disk_ends_nothing(days: Days, tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    days.send(1.0)
    days.end()
    days.watch.save(days.watch.content())
    assert days.watch.changed, "it is tried again"
    assert "cannot be kept" in days.watch.doubts()[FILE]
    days.send(2.0)
    days.end()
    assert bag(days) == [1.0, 2.0]
    (tmp_path / FILE).rmdir()
    days.watch.save(days.watch.content())
    assert days.watch.doubts() == {}


def test_it_stays_small_whatever_callers_name(days: Days) -> None:
    for number in range(MOST_WELLS + 100):
        days.send(0.0 if number < MOST_WELLS else 9.0, well=str(number))
    days.end()
    assert bag(days) == [0.0]

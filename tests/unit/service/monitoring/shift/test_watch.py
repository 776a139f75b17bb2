"""One number a camera and period, an alarm that stands until a person accepts it, and restarts."""

from pathlib import Path

import pytest

from service.contract.decision import Verdict
from service.contract.errors import NotFound
from service.contract.journal_entry import EventKind
from service.monitoring.shift.watch import FILE, MOST_WELLS, ShiftWatch
from service.setting_groups import ShiftSettings
from tests.decisions import a_decision

PERIOD_S = 100.0
SETTINGS = ShiftSettings(period_s=PERIOD_S, alpha=0.01)


class Days:
    """A watch, period by period."""

    def __init__(self, folder: Path, artifact: str | None = "a-00000000") -> None:
        self.artifact = artifact
        self.now = 0.0
        self.watch = ShiftWatch(lambda: self.artifact, SETTINGS, folder, self.now)

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
    assert days.watch.ratio("cam-1") == SETTINGS.alpha
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


def test_while_nothing_is_served_nothing_is_forgotten(days: Days) -> None:
    days.send(1.0)
    days.end()
    days.artifact = None
    days.end()
    assert bag(days) == [1.0]


def test_what_is_kept_and_damaged_is_forgotten(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / FILE).write_text("{")
    days = Days(tmp_path)
    days.watch.restore()
    assert not days.watch.cameras
    assert "begins anew" in caplog.text


def test_a_full_disk_ends_nothing(days: Days, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / FILE).mkdir()
    days.send(1.0)
    days.end()
    days.watch.save(days.watch.content())
    assert days.watch.changed, "it is tried again"
    assert "not kept" in caplog.text
    days.send(2.0)
    days.end()
    assert bag(days) == [1.0, 2.0]


def test_it_stays_small_whatever_callers_name(days: Days) -> None:
    for number in range(MOST_WELLS + 100):
        days.send(0.0 if number < MOST_WELLS else 9.0, well=str(number))
    days.end()
    assert bag(days) == [0.0]

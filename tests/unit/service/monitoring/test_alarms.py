"""From verdicts of single pictures to alarms."""

from typing import Any

import numpy as np
import pytest

from service.contract.decision import Verdict
from service.monitoring.alarms import Alarm, AlarmLayer, alarms_per_hour
from service.settings import AlarmRule
from tests.decisions import START, a_decision

OF = {".": Verdict.NO_LEAK, "L": Verdict.LEAK, "?": Verdict.UNKNOWN}


def fed(layer: AlarmLayer, verdicts: str, **changes: Any) -> list[int]:  # noqa: ANN401  # fields of many types
    """Feed verdicts one after the other; return the places at which an alarm was raised."""
    changes = {"score_ratio": 1.5} | changes
    return [
        place for place, letter in enumerate(verdicts) if layer.observe(a_decision(OF[letter], **changes)) is not None
    ]


@pytest.mark.parametrize(
    ("verdicts", "raised"),
    [
        pytest.param("....", [], id="good wells are quiet"),
        pytest.param("L..L..L", [], id="single leaks far apart are not confirmed"),
        pytest.param("LL", [1], id="two in a row"),
        pytest.param("L.L", [2], id="two of three"),
        pytest.param("?L", [1], id="unknown and leak confirm each other"),
        pytest.param("??", [1], id="unknowns alone alarm too"),
        pytest.param("LLLLLLL", [1], id="it latches"),
    ],
)
def test_two_of_three_pictures_raise_one_alarm(verdicts: str, raised: list[int]) -> None:
    assert fed(AlarmLayer(AlarmRule()), verdicts) == raised


def test_wells_do_not_confirm_each_other() -> None:
    layer = AlarmLayer(AlarmRule())
    assert fed(layer, "L", well_id="1a") == fed(layer, "L", well_id="1b") == fed(layer, "L", camera_id="cam-2") == []


def test_a_score_far_above_the_threshold_alarms_at_once() -> None:
    assert fed(AlarmLayer(AlarmRule(sure_ratio=3.0)), ".L", score_ratio=3.0) == [1]


def test_a_leak_without_a_well_alarms_at_once_and_an_unknown_does_not() -> None:
    assert fed(AlarmLayer(AlarmRule()), "?", well_id=None) == []
    assert fed(AlarmLayer(AlarmRule()), "L", well_id=None) == [0]


def test_an_acknowledged_alarm_is_raised_again_when_the_leak_goes_on() -> None:
    layer = AlarmLayer(AlarmRule())
    fed(layer, "LL")
    (alarm,) = layer.active
    assert layer.acknowledge(alarm.alarm_id) == alarm
    assert layer.acknowledge(alarm.alarm_id) is None
    assert fed(layer, "LLL") == [1]


def test_alarms_outlive_a_restart() -> None:
    alarm = Alarm("a-1", "cam-1", "12a", START, "d-1", Verdict.LEAK, 2.0)
    layer = AlarmLayer(AlarmRule())
    layer.restore([alarm])
    assert fed(layer, "LLL") == []
    assert layer.active == [alarm]


def test_hostile_ids_cannot_grow_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.monitoring.alarms.MOST_WELLS", 10)
    layer = AlarmLayer(AlarmRule())
    for number in range(100):
        fed(layer, "L", well_id=str(number))
    assert len(layer._windows) == 10


def test_hostile_ids_cannot_grow_the_alarms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.monitoring.alarms.MOST_WELLS", 10)
    layer = AlarmLayer(AlarmRule())
    for number in range(100):
        assert fed(layer, "LL", camera_id=f"cam-{number}") == [1]
    assert [alarm.camera_id for alarm in layer.active] == [f"cam-{number}" for number in range(90, 100)]
    assert layer.open_by_camera == {f"cam-{number}": 1 for number in range(90, 100)}


def test_open_alarms_are_counted_by_camera() -> None:
    layer = AlarmLayer(AlarmRule())
    for well_id in ("1a", "1b"):
        fed(layer, "LL", well_id=well_id)
    assert layer.open_by_camera == {"cam-1": 2}
    layer.acknowledge(layer.active[0].alarm_id)
    assert layer.open_by_camera == {"cam-1": 1}
    layer.restore([])
    assert layer.open_by_camera == {}


@pytest.mark.parametrize(
    "rule",
    [AlarmRule(confirmations=1, window=1), AlarmRule(confirmations=2, window=3), AlarmRule(confirmations=3, window=5)],
)
def test_the_budget_agrees_with_a_simulation_of_independent_errors(rule: AlarmRule) -> None:
    errors = np.random.default_rng(5).random(300_000) < 0.1
    assert simulated(rule, errors) / len(errors) == pytest.approx(alarms_per_hour(rule, 0.1, 1), rel=0.08)


def test_errors_that_come_in_runs_cost_more_alarms_than_the_budget_says() -> None:
    rule, share = AlarmRule(confirmations=2, window=3), 0.001
    random = np.random.default_rng(7)
    starts = random.random(400_000) < share / 4
    runs = np.convolve(starts, np.ones(4), mode="same") > 0
    assert runs.mean() == pytest.approx(share, rel=0.2)
    assert simulated(rule, runs) / len(runs) > 20 * alarms_per_hour(rule, share, 1)


def simulated(rule: AlarmRule, errors: np.ndarray) -> int:
    """Alarms of the real layer, each acknowledged at once."""
    layer = AlarmLayer(rule)
    bad = a_decision(Verdict.UNKNOWN)
    good = a_decision()
    count = 0
    for wrong in errors:
        alarm = layer.observe(bad if wrong else good)
        if alarm is not None:
            count += 1
            layer.acknowledge(alarm.alarm_id)
    return count

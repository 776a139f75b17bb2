"""From verdicts of single pictures to alarms."""

from datetime import timedelta
from typing import Any

import pytest

from service.contract.decision import Verdict
from service.contract.journal_entry import EventKind
from service.monitoring.alarms.alarm import Alarm, AlarmState
from service.monitoring.alarms.layer import AlarmLayer
from service.setting_groups import AlarmRule
from tests.clock import Clock
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


def after(rule: AlarmRule | None = None) -> tuple[AlarmLayer, Clock]:
    clock = Clock()
    return AlarmLayer(rule or AlarmRule(), clock, lambda: START + timedelta(seconds=clock.now)), clock


def happened(layer: AlarmLayer, verdicts: str, **changes: Any) -> list[str]:  # noqa: ANN401  # fields of many types
    """Feed verdicts one after the other; return what they changed."""
    changes = {"score_ratio": 1.5} | changes
    changed = [layer.observe(a_decision(OF[letter], **changes)) for letter in verdicts]
    return [transition.kind.value.removeprefix("alarm_") for transition in changed if transition is not None]


def state(layer: AlarmLayer) -> AlarmState:
    (alarm,) = layer.standing
    return alarm.state


def acknowledge(layer: AlarmLayer) -> Alarm:
    (alarm,) = layer.standing
    return layer.acknowledge(alarm, "Anna", "seen").alarm


def test_an_acknowledged_alarm_holds_while_the_leak_lasts() -> None:
    layer, _ = after()
    assert happened(layer, "LL") == ["raised"]
    assert acknowledge(layer).acknowledged_by == "Anna"
    assert happened(layer, "L" * 100 + "L.L" * 100) == []
    assert state(layer) is AlarmState.ACKNOWLEDGED
    assert happened(layer, "...") == ["returned"]
    assert layer.standing == []
    assert happened(layer, "LL") == ["raised"]


def test_a_leak_that_is_over_waits_until_somebody_has_seen_it() -> None:
    layer, _ = after()
    assert happened(layer, "LL....") == ["raised", "returned"]
    assert state(layer) is AlarmState.RETURNED
    assert layer.open_by_camera == {"cam-1": 1}
    assert acknowledge(layer).state is AlarmState.NORMAL
    assert layer.standing == []
    assert layer.open_by_camera == {}


def test_one_that_comes_back_is_the_same_alarm_and_waits_again() -> None:
    layer, clock = after()
    assert happened(layer, "LL...") == ["raised", "returned"]
    clock.now = 3600
    assert happened(layer, "LL") == ["recurred"]
    (alarm,) = layer.standing
    assert (alarm.state, alarm.occurrences, alarm.chattering) == (AlarmState.UNACKNOWLEDGED, 2, False)


def test_a_chattering_alarm_is_counted_and_told_no_more_until_it_has_calmed_down() -> None:
    layer, clock = after()
    told = []
    for _ in range(20):
        clock.now += 2
        told += happened(layer, "LL...")
    assert told == ["raised", "returned", "recurred", "returned", "recurred"]
    (alarm,) = layer.standing
    assert (alarm.occurrences, alarm.chattering, layer.chattering) == (20, True, 1)
    clock.now += 61
    assert happened(layer, ".") == ["returned"]
    assert layer.chattering == 0


def test_an_acknowledged_alarm_that_chatters_is_not_raised_over_and_over() -> None:
    layer, clock = after()
    told = []
    for _ in range(20):
        clock.now += 2
        told += happened(layer, "LL")
        if layer.standing and layer.standing[0].acknowledged_at is None:
            acknowledge(layer)
        told += happened(layer, "...")
    assert told == ["raised", "returned", "raised", "returned", "raised"]


def test_an_acknowledged_unknown_that_becomes_a_leak_waits_for_a_person_again() -> None:
    layer, _ = after()
    assert happened(layer, "??") == ["raised"]
    acknowledge(layer)
    assert happened(layer, "?L?", score_ratio=1.2) == [], "one leak among unknowns is not confirmed"
    assert happened(layer, "LL", score_ratio=1.2) == ["escalated"]
    (alarm,) = layer.standing
    assert (alarm.state, alarm.verdict) == (AlarmState.UNACKNOWLEDGED, Verdict.LEAK)
    assert happened(layer, "?", score_ratio=None) == [], "a leak that can no longer be judged stays one"


def test_a_shelved_alarm_comes_back_when_its_time_is_over() -> None:
    layer, clock = after()
    happened(layer, "LL")
    (alarm,) = layer.standing
    layer.shelve(alarm, START + timedelta(minutes=10), "Anna", "known scratch")
    assert layer.open_by_camera == {}
    assert happened(layer, "LLL") == []
    clock.now = 599
    assert layer.off_the_shelf() == []
    clock.now = 600
    (back,) = layer.off_the_shelf()
    assert (back.kind, back.alarm.state) == (EventKind.ALARM_UNSHELVED, AlarmState.UNACKNOWLEDGED)
    assert layer.off_the_shelf() == []
    assert layer.open_by_camera == {"cam-1": 1}


def test_a_shelf_is_bounded_whatever_the_clock_of_the_record_says() -> None:
    layer, clock = after(AlarmRule(longest_shelf_s=60))
    happened(layer, "LL")
    layer.shelve(layer.standing[0], START + timedelta(days=365), "Anna", "for ever")
    clock.now = 60
    assert len(layer.off_the_shelf()) == 1


def test_a_shelved_unknown_hides_no_leak() -> None:
    layer, _ = after()
    happened(layer, "??")
    layer.shelve(layer.standing[0], START + timedelta(hours=1), "Anna", "lamp is being changed")
    assert happened(layer, "LL") == ["escalated"]
    assert state(layer) is AlarmState.UNACKNOWLEDGED


def test_a_shelved_leak_that_was_over_meanwhile_still_waits_afterwards() -> None:
    layer, clock = after()
    happened(layer, "LL")
    layer.shelve(layer.standing[0], START + timedelta(seconds=10), "Anna", "steam")
    assert happened(layer, "...") == ["returned"]
    assert state(layer) is AlarmState.SHELVED
    clock.now = 10
    assert layer.off_the_shelf()[0].alarm.state is AlarmState.RETURNED


def test_a_leak_that_goes_on_after_nobody_watched_waits_for_a_person_again() -> None:
    layer, clock = after()
    happened(layer, "LL")
    acknowledge(layer)
    clock.now = 3600
    assert happened(layer, "LL") == ["recurred"]
    assert state(layer) is AlarmState.UNACKNOWLEDGED


def test_what_names_no_well_is_over_with_its_acknowledgement() -> None:
    layer, _ = after()
    assert happened(layer, "LLL", well_id=None) == ["raised"]
    assert acknowledge(layer).state is AlarmState.NORMAL
    assert happened(layer, "L", well_id=None) == ["raised"]


def test_the_first_alarm_of_a_camera_is_marked() -> None:
    layer, _ = after()
    for well_id in ("1a", "1b"):
        happened(layer, "LL", well_id=well_id)
    happened(layer, "LL", camera_id="cam-2")
    assert [alarm.first_out for alarm in layer.standing] == [True, False, True]


def test_what_could_not_be_kept_is_taken_back_and_comes_again() -> None:
    layer, _ = after()
    layer.observe(a_decision(Verdict.LEAK, score_ratio=1.5))
    raised = layer.observe(a_decision(Verdict.LEAK, score_ratio=1.5))
    assert raised is not None
    layer.withdraw(raised.event_id)
    assert (layer.standing, layer.open_by_camera) == ([], {})
    assert happened(layer, "L") == ["raised"]
    taken = layer.acknowledge(layer.standing[0], "Anna", "")
    layer.withdraw(taken.event_id)
    assert state(layer) is AlarmState.UNACKNOWLEDGED
    assert happened(layer, "..") == []
    returned = layer.observe(a_decision(Verdict.NO_LEAK))
    assert returned is not None
    layer.withdraw(returned.event_id)
    assert happened(layer, ".") == ["returned"]


def test_alarms_outlive_a_restart() -> None:
    layer, _ = after()
    happened(layer, "LL")
    alarm = acknowledge(layer)
    later, _ = after()
    later.restore([alarm])
    assert happened(later, "LLL") == []
    assert later.standing == [alarm]
    assert happened(later, "...") == ["returned"]


def test_hostile_ids_cannot_grow_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.monitoring.alarms.layer.MOST_WELLS", 10)
    layer = AlarmLayer(AlarmRule())
    for number in range(100):
        fed(layer, "L", well_id=str(number))
    assert len(layer._pictures) == 10


def test_hostile_ids_cannot_grow_the_alarms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.monitoring.alarms.layer.MOST_WELLS", 10)
    layer = AlarmLayer(AlarmRule())
    for number in range(100):
        assert fed(layer, "LL", camera_id=f"cam-{number}") == [1]
    assert [alarm.camera_id for alarm in layer.standing] == [f"cam-{number}" for number in range(90, 100)]
    assert layer.open_by_camera == {f"cam-{number}": 1 for number in range(90, 100)}


def test_open_alarms_are_counted_by_camera() -> None:
    layer = AlarmLayer(AlarmRule())
    for well_id in ("1a", "1b"):
        fed(layer, "LL", well_id=well_id)
    assert layer.open_by_camera == {"cam-1": 2}
    layer.acknowledge(layer.standing[0], "Anna", "")
    assert layer.open_by_camera == {"cam-1": 1}
    layer.restore([])
    assert layer.open_by_camera == {}

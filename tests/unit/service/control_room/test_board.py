from datetime import timedelta
from typing import Any

import pytest

from service.contract.decision import Decision, Verdict
from service.contract.journal_entry import Entry, Event, EventKind, Recorded
from service.control_room import board
from service.control_room.board import Board
from service.control_room.live_views import CameraView, WellView
from service.monitoring.alarms.alarm import AlarmState
from service.monitoring.alarms.events import event_of
from service.monitoring.alarms.layer import AlarmLayer
from service.monitoring.cameras_file import Camera
from service.setting_groups import AlarmRule
from tests.decisions import START, a_decision

LEAK, GOOD = Verdict.LEAK, Verdict.NO_LEAK


def an_event(kind: EventKind, **changes: Any) -> Event:  # noqa: ANN401  # fields of many types
    fields: dict[str, Any] = {"event_id": "event-1", "kind": kind, "at": START, "camera_id": "cam-1", "well_id": "12a"}
    return Event(**(fields | changes))


def board_after(*entries: Entry, cameras: dict[str, Camera] | None = None) -> Board:
    after = Board(cameras or {})
    after.apply(Recorded(sequence, entry) for sequence, entry in enumerate(entries, start=1))
    return after


def only_camera(after: Board) -> CameraView:
    (camera,) = after.view().cameras
    return camera


def only_well(after: Board) -> WellView:
    (well,) = only_camera(after).wells
    return well


def test_a_well_shows_its_latest_decision_and_since_when_it_has_that_verdict() -> None:
    good, leak, still = a_decision(GOOD, 1), a_decision(LEAK, 2), a_decision(LEAK, 3)
    after = board_after(good, leak, still)
    well = only_well(after)
    assert well.decision is not None
    assert (well.decision.decision_id, well.decision.sequence) == (still.decision_id, 3)
    assert well.since == leak.received_at
    assert after.view().sequence == 3


def test_cameras_and_wells_stand_in_the_order_of_their_ids() -> None:
    places = [("cam-2", "1a"), ("cam-1", "2a"), ("cam-1", "1a")]
    after = board_after(*(a_decision(camera_id=camera, well_id=well) for camera, well in places))
    assert [(c.camera_id, [w.well_id for w in c.wells]) for c in after.view().cameras] == [
        ("cam-1", ["1a", "2a"]),
        ("cam-2", ["1a"]),
    ]


def test_a_configured_camera_is_there_before_it_has_sent_anything() -> None:
    after = board_after(cameras={"cam-7": Camera(interval_s=0.3, wells=("1a", "1b"))})
    camera = only_camera(after)
    assert (camera.camera_id, camera.expected_interval_s, camera.last_received_at) == ("cam-7", 0.3, None)
    assert [(well.well_id, well.decision) for well in camera.wells] == [("1a", None), ("1b", None)]


def test_a_picture_without_a_well_stands_for_its_camera_and_one_without_a_camera_is_not_on_the_board() -> None:
    after = board_after(a_decision(well_id=None), a_decision(camera_id=None, well_id=None))
    assert only_well(after).well_id is None


def test_an_alarm_shows_what_raised_it_and_what_became_of_it() -> None:
    layer = AlarmLayer(AlarmRule(confirmations=1, window=1))
    leak = a_decision(LEAK)
    raised = layer.observe(leak)
    assert raised is not None
    after = board_after(leak, event_of(raised))
    alarm = only_well(after).alarm
    assert alarm is not None
    assert (alarm.state, alarm.reason, alarm.score) == (AlarmState.UNACKNOWLEDGED, leak.reason, leak.score)
    taken = layer.acknowledge(raised.alarm, "Anna", "tapped")
    after.apply([Recorded(3, event_of(taken))])
    alarm = only_well(after).alarm
    assert alarm is not None
    assert (alarm.state, alarm.acknowledged_by, alarm.comment) == (AlarmState.ACKNOWLEDGED, "Anna", "tapped")


def test_an_alarm_of_a_picture_without_a_camera_is_on_the_board_until_it_is_over() -> None:
    layer = AlarmLayer(AlarmRule(confirmations=1, window=1))
    raised = layer.observe(a_decision(LEAK, camera_id=None, well_id=None))
    assert raised is not None
    after = board_after(event_of(raised))
    assert [alarm.alarm_id for alarm in after.view().nameless] == [raised.alarm.alarm_id]
    told = after.alarm(event_of(raised))
    assert told is not None
    assert told.camera_id is None
    after.apply([Recorded(2, event_of(layer.acknowledge(raised.alarm, "Anna", "")))])
    assert after.view().nameless == []


def test_in_an_older_journal_an_acknowledgement_was_the_end_of_an_alarm() -> None:
    payload = {"operator": "Anna", "comment": "tapped"}
    taken = an_event(EventKind.ALARM_ACKNOWLEDGED, event_id="event-2", alarm_id="event-1", payload=payload)
    alarm = only_well(board_after(an_event(EventKind.ALARM_RAISED, payload={"verdict": "leak"}), taken)).alarm
    assert alarm is not None
    assert (alarm.state, alarm.verdict, alarm.acknowledged_by) == (AlarmState.NORMAL, LEAK, "Anna")


def test_an_old_acknowledgement_does_not_touch_a_newer_alarm() -> None:
    newer = an_event(EventKind.ALARM_RAISED, event_id="newer")
    after = board_after(newer, an_event(EventKind.ALARM_ACKNOWLEDGED, alarm_id="older"))
    alarm = only_well(after).alarm
    assert alarm is not None
    assert alarm.acknowledged_at is None


def test_silence_counts_from_the_last_picture_and_ends_with_the_next() -> None:
    cameras = {"cam-1": Camera(interval_s=0.3)}
    silent = an_event(EventKind.NO_DATA, well_id=None, payload={"silent_s": 1.5})
    after = board_after(a_decision(), silent, cameras=cameras)
    assert only_camera(after).silent_since == START - timedelta(seconds=1.5)
    after.apply([Recorded(3, an_event(EventKind.DATA_RESUMED, well_id=None))])
    assert only_camera(after).silent_since is None
    after.apply([Recorded(4, silent), Recorded(5, a_decision())])
    assert only_camera(after).silent_since is None


def test_one_well_of_a_camera_may_be_silent() -> None:
    after = board_after(an_event(EventKind.NO_DATA), cameras={"cam-1": Camera(interval_s=0.3, wells=("12a",))})
    assert only_well(after).silent_since == START
    assert only_camera(after).silent_since is None


def test_a_camera_that_nobody_expects_any_more_is_not_silent() -> None:
    after = board_after(a_decision(), an_event(EventKind.NO_DATA, well_id=None))
    assert only_camera(after).silent_since is None


def test_drift_names_its_figures_until_it_ends() -> None:
    after = board_after(an_event(EventKind.DRIFT, well_id=None, payload={"figures": ["brightness"]}))
    assert only_camera(after).drifting == ["brightness"]
    after.apply([Recorded(2, an_event(EventKind.DRIFT_ENDED, well_id=None))])
    assert only_camera(after).drifting == []


def test_a_flood_of_invented_wells_pushes_out_the_longest_unseen_but_no_expected_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(board, "MOST_WELLS", 3)
    invented: list[Decision] = [a_decision(camera_id="cam-9", well_id=str(number)) for number in range(5)]
    after = board_after(*invented, cameras={"cam-1": Camera(interval_s=0.3, wells=("1a",))})
    cameras = {camera.camera_id: [well.well_id for well in camera.wells] for camera in after.view().cameras}
    assert cameras == {"cam-1": ["1a"], "cam-9": ["2", "3", "4"]}


def test_after_the_clock_went_back_a_well_shows_what_was_recorded_last() -> None:
    good = a_decision(GOOD, received_at=START)
    leak = a_decision(LEAK, received_at=START - timedelta(hours=1))
    after = board_after(good, leak)
    well = only_well(after)
    assert well.decision is not None
    assert (well.decision.verdict, well.since) == (LEAK, leak.received_at)


def test_a_replica_that_tells_late_of_a_camera_that_moved_on_is_not_believed() -> None:
    after = board_after(a_decision(LEAK, received_at=START))
    late = Recorded(1, a_decision(GOOD, received_at=START - timedelta(seconds=5)))
    assert after.apply([late], "replica-2") == []
    well = only_well(after)
    assert well.decision is not None
    assert well.decision.verdict is LEAK


def test_another_replica_s_clock_that_went_back_hides_no_leak_of_its_wells() -> None:
    after = Board({})
    after.apply([Recorded(1, a_decision(GOOD, received_at=START))], "replica-2")
    after.apply([Recorded(1, a_decision(LEAK, received_at=START - timedelta(hours=1)))], "replica-2")
    well = only_well(after)
    assert well.decision is not None
    assert well.decision.verdict is LEAK


def test_a_flood_of_invented_cameras_pushes_out_the_longest_unseen_but_no_configured_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(board, "MOST_CAMERAS", 2)
    invented = [a_decision(camera_id=f"invented-{number}", well_id="1a") for number in range(4)]
    after = board_after(*invented, invented[2], a_decision(camera_id="new"), cameras={"cam-1": Camera(interval_s=0.3)})
    assert [camera.camera_id for camera in after.view().cameras] == ["cam-1", "invented-2", "new"]

"""Silence of cameras and wells."""

from service.monitoring.cadence import ELSEWHERE_S, Cadence, SilenceChange
from service.monitoring.cameras_file import Camera

EXPECTED = {"cam-1": Camera(interval_s=1.0, wells=("a", "b")), "cam-2": Camera(interval_s=10.0)}


def test_a_silent_camera_is_told_within_five_intervals_and_once() -> None:
    cadence = Cadence({"cam-1": Camera(interval_s=1.0)}, now=0.0)
    told = [(now / 2, change) for now in range(20) for change in cadence.check(now / 2)]
    assert [(now, change.camera_id, change.silent) for now, change in told] == [(5.0, "cam-1", True)]
    assert cadence.check_interval_s == 0.5


def test_a_camera_that_comes_back_is_told_too() -> None:
    cadence = Cadence(EXPECTED, now=0.0)
    cadence.check(6.0)
    cadence.heard("cam-1", "a", 7.0)
    changes = cadence.check(7.5)
    assert changes[0] == SilenceChange("cam-1", None, silent=False, silent_s=0.5)
    assert SilenceChange("cam-1", "b", silent=True, silent_s=7.5) in changes


def test_one_silent_well_of_a_living_camera_is_told_apart() -> None:
    cadence = Cadence(EXPECTED, now=0.0)
    for now in range(8):
        cadence.heard("cam-1", "a", float(now))
    assert [(change.camera_id, change.well_id) for change in cadence.check(7.0)] == [("cam-1", "b")]
    assert list(cadence.silent()) == [("cam-1", "b")]


def test_strangers_are_passed_over() -> None:
    cadence = Cadence(EXPECTED, now=0.0)
    cadence.heard("cam-9", "a", 1.0)
    cadence.heard(None, None, 1.0)
    cadence.heard("cam-1", "z", 1.0)
    assert cadence.check(2.0) == []


def test_without_configured_cameras_nothing_is_silent() -> None:
    assert Cadence({}, now=0.0).check(1e9) == []


def one_of_several() -> Cadence:
    return Cadence({"cam-1": Camera(interval_s=1.0)}, now=0.0, alone=False)


def changes(cadence: Cadence, *seconds: float, informed: bool = True) -> list[tuple[float, bool]]:
    return [(now, change.silent) for now in seconds for change in cadence.check(now, informed=informed)]


def test_a_camera_that_this_replica_sees_is_told_within_five_intervals_whatever_is_known_of_others() -> None:
    for informed in (True, False):
        cadence = one_of_several()
        cadence.heard("cam-1", None, 10.0)
        assert changes(cadence, 14.0, 15.0, informed=informed) == [(15.0, True)]


def test_a_camera_that_another_replica_sees_is_told_here_only_if_that_one_does_not() -> None:
    cadence = one_of_several()
    cadence.heard("cam-1", None, 10.0, here=False)
    assert changes(cadence, 15.0, 10.0 + ELSEWHERE_S, 15.0 + ELSEWHERE_S) == [(15.0 + ELSEWHERE_S, True)]


def test_a_camera_that_was_never_seen_here_is_not_told_while_others_cannot_be_heard() -> None:
    cadence = one_of_several()
    assert changes(cadence, 5.0, 1000.0, informed=False) == []
    late = 1000.0 + ELSEWHERE_S
    assert changes(cadence, 1005.0, late + 5) == [(late + 5, True)], "from then on it has its time again"


def test_a_camera_that_has_moved_to_another_replica_is_no_longer_this_ones() -> None:
    cadence = one_of_several()
    cadence.heard("cam-1", None, 10.0)
    cadence.heard("cam-1", None, 11.0, here=False)
    assert changes(cadence, 16.0) == []
    cadence.heard("cam-1", None, 10.5)
    assert changes(cadence, 16.0) == [], "an older picture says nothing of where it sends now"


def test_a_silence_that_another_replica_has_told_is_not_told_again_nor_is_its_end() -> None:
    cadence = one_of_several()
    cadence.heard("cam-1", None, 10.0, here=False)
    cadence.told("cam-1", None, 14.0, silent=True)
    assert list(cadence.silent()) == [("cam-1", None)]
    assert changes(cadence, 14.5, 100.0) == []
    cadence.told("cam-1", None, 100.0, silent=False)
    assert list(cadence.silent()) == []
    assert changes(cadence, 100.5) == []


def test_what_another_replica_tells_of_a_camera_that_sends_here_is_passed_over() -> None:
    cadence = one_of_several()
    cadence.heard("cam-1", None, 10.0)
    cadence.told("cam-1", None, 11.0, silent=True)
    cadence.told("cam-9", "a", 11.0, silent=True)
    assert list(cadence.silent()) == []

"""Silence of cameras and wells."""

from service.monitoring.cadence import Cadence, Expected, SilenceChange

EXPECTED = {"cam-1": Expected(1.0, ("a", "b")), "cam-2": Expected(10.0)}


def test_a_silent_camera_is_told_within_five_intervals_and_once() -> None:
    cadence = Cadence({"cam-1": Expected(1.0)}, now=0.0)
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

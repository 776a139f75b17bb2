"""Frozen, stale and future pictures."""

import math
from datetime import datetime, timedelta

import pytest

from service.contract.crop import Crop
from service.contract.decision import Reason
from service.monitoring.freshness import FreshnessMonitor
from tests.decisions import START


class Feed:
    """A camera with a clock of its own; pictures are known by a letter."""

    def __init__(self, watch: FreshnessMonitor | None = None) -> None:
        self.watch = watch or FreshnessMonitor(frozen_after_s=10, stale_after_s=30, future_after_s=5)

    def crop(
        self, at_s: float, captured_at: datetime | None = None, well: str | None = "a", camera: str | None = "cam-1"
    ) -> Crop:
        """A picture that arrives at a time after the start."""
        return Crop(b"", "", "request", START + timedelta(seconds=at_s), at_s, camera, well, None, captured_at)

    def judge(self, at_s: float, captured_at: datetime) -> Reason | None:
        """Send a picture, and hear what is said of its time."""
        return self.watch.judge(self.crop(at_s, captured_at))

    def repeats(
        self,
        picture: str,
        at_s: float,
        captured_at: datetime | None = None,
        well: str | None = "a",
        camera: str | None = "cam-1",
    ) -> bool:
        """Send a picture, and hear whether it has been shown before."""
        (repeated,) = self.watch.repeated([self.crop(at_s, captured_at, well, camera)], [hash(picture)])
        return repeated


def test_equal_pictures_for_longer_than_the_limit_are_frozen_until_a_new_one_comes() -> None:
    feed = Feed()
    assert not any(feed.repeats("x", at) for at in (0, 0.3, 0.4, 5, 10))
    assert feed.repeats("x", 10.1)
    assert not feed.repeats("y", 10.4)


@pytest.mark.parametrize("pictures", ["xy", "xyz", "xxyyzz", "abcdefghijklmnop"])
def test_pictures_in_turn_are_frozen_too(pictures: str) -> None:
    feed = Feed()
    assert not any(feed.repeats(picture, at) for at, picture in enumerate(pictures[:10]))
    assert all(feed.repeats(picture, 20 + at) for at, picture in enumerate(pictures[:10]))


def test_a_moving_picture_is_never_frozen() -> None:
    feed = Feed()
    assert not any(feed.repeats(f"picture {at}", at) for at in range(200))


def test_a_wells_memory_is_its_own() -> None:
    feed = Feed()
    feed.repeats("x", 0, well="a")
    for number in range(100):
        feed.repeats(f"other {number}", 1, well="b")
    assert not feed.repeats("x", 11, well="c", camera="cam-2")
    assert feed.repeats("x", 11, well="a")


def test_one_picture_in_all_wells_is_told_from_the_third_on() -> None:
    feed = Feed()
    assert [feed.repeats("x", at, well=str(at)) for at in range(4)] == [False, False, True, True]
    assert not feed.repeats("x", 4, well="4", camera="cam-2")


def test_wells_of_one_request_or_moment_cannot_show_one_picture() -> None:
    feed = Feed()
    crops = [feed.crop(0, well=well) for well in "ab"]
    assert feed.watch.repeated(crops, [7, 7]) == [True, True]
    assert not feed.repeats("x", 1, START, well="c")
    assert feed.repeats("x", 1.1, START, well="d")


def test_what_a_well_no_longer_shows_another_may() -> None:
    feed = Feed()
    for frame in range(30):  # wells that are named anew move on by one picture a frame
        for well in range(80):
            assert not feed.repeats(f"picture {well + frame}", frame * 0.3 + well / 300, well=str(well))


def test_a_buffered_frozen_feed_is_told_by_its_own_times() -> None:
    feed = Feed()
    assert not feed.repeats("x", 0, START - timedelta(seconds=20))
    assert feed.repeats("x", 0.1, START - timedelta(seconds=5))


def test_a_decision_is_repeated_only_for_as_long_as_a_picture_may_be() -> None:
    feed = Feed()
    assert not feed.watch.has_frozen(feed.crop(9.9), START)
    assert feed.watch.has_frozen(feed.crop(10.1), START)


def test_a_picture_becomes_stale_while_it_waits() -> None:
    feed = Feed()
    assert feed.watch.stale_at(feed.crop(100, START + timedelta(seconds=80))) == pytest.approx(110)
    assert feed.watch.stale_at(feed.crop(100)) == math.inf


@pytest.mark.parametrize(
    ("age_s", "reason"),
    [(0, None), (29.9, None), (30.1, Reason.STALE), (3600, Reason.STALE), (-4.9, None), (-5.1, Reason.FUTURE)],
)
def test_the_cameras_time_must_be_possible(age_s: float, reason: Reason | None) -> None:
    assert Feed().judge(0, START - timedelta(seconds=age_s)) is reason


def test_pictures_without_any_id_are_never_frozen() -> None:
    feed = Feed()
    assert not any(feed.repeats("x", at, well=None, camera=None) for at in (0, 100))


def test_the_clock_offset_follows_the_camera() -> None:
    feed = Feed()
    for step in range(300):
        feed.judge(step, START + timedelta(seconds=step - 2))
    assert feed.watch.clock_offset_s("cam-1") == pytest.approx(-2.0)
    assert feed.watch.clock_offset_s("cam-2") is None


def test_hostile_ids_cannot_grow_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.monitoring.shown_pictures.MOST_WELLS", 10)
    monkeypatch.setattr("service.monitoring.shown_pictures.MOST_PICTURES", 40)
    feed = Feed()
    for number in range(100):
        for picture in range(20):
            feed.repeats(f"{number} {picture}", 0, well=str(number))
    shown = feed.watch._shown
    assert len(shown._wells) == len(shown._showing) == 10
    assert sum(len(well.pictures) for well in shown._wells.values()) <= 40


def test_all_wells_may_show_one_picture_without_slowing_anybody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.monitoring.shown_pictures.MOST_WELLS", 5)
    feed = Feed()
    for number in range(20):
        feed.repeats("x", number, well=str(number))
    assert [len(wells) for wells in feed.watch._shown._showing.values()] == [5]

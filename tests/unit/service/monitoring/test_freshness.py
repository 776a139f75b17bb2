"""Frozen, stale and future pictures."""

from datetime import datetime, timedelta

import pytest

from service.contract.crop import Crop
from service.contract.decision import Reason
from service.monitoring.freshness import FreshnessMonitor
from tests.decisions import START


class Feed:
    """One well of one camera, with a clock of its own."""

    def __init__(self, watch: FreshnessMonitor | None = None) -> None:
        self.watch = watch or FreshnessMonitor(frozen_after_s=10, stale_after_s=30, future_after_s=5)

    def send(
        self, picture: str, at_s: float, captured_at: datetime | None = None, well: str | None = "a"
    ) -> str | None:
        """Send a picture at a time after the start."""
        received = START + timedelta(seconds=at_s)
        return self.watch.judge(Crop(b"", picture, "request", received, at_s, "cam-1", well, None, captured_at))


def test_equal_pictures_for_longer_than_the_limit_are_frozen_until_a_new_one_comes() -> None:
    feed = Feed()
    assert [feed.send("x", at) for at in (0, 0.3, 0.4, 5, 10)] == [None] * 5
    assert feed.send("x", 10.1) is Reason.FROZEN
    assert feed.send("y", 10.4) is None
    assert feed.send("x", 10.7) is None


def test_wells_are_told_apart() -> None:
    feed = Feed()
    feed.send("x", 0, well="a")
    assert feed.send("x", 11, well="b") is None


def test_a_buffered_frozen_feed_is_told_by_its_own_times() -> None:
    feed = Feed()
    assert feed.send("x", 0, START - timedelta(seconds=20)) is None
    assert feed.send("x", 0.1, START - timedelta(seconds=5)) is Reason.FROZEN


@pytest.mark.parametrize(
    ("age_s", "reason"),
    [(0, None), (29.9, None), (30.1, Reason.STALE), (3600, Reason.STALE), (-4.9, None), (-5.1, Reason.FUTURE)],
)
def test_the_cameras_time_must_be_possible(age_s: float, reason: Reason | None) -> None:
    assert Feed().send("x", 0, START - timedelta(seconds=age_s)) is reason


def test_pictures_without_any_id_are_never_frozen() -> None:
    watch = FreshnessMonitor(10, 30, 5)
    assert [watch.judge(Crop(b"", "x", "request", START, at)) for at in (0.0, 100.0)] == [None, None]


def test_the_clock_offset_follows_the_camera() -> None:
    feed = Feed()
    for step in range(300):
        feed.send(str(step), step, START + timedelta(seconds=step - 2))
    assert feed.watch.clock_offset_s("cam-1") == pytest.approx(-2.0)
    assert feed.watch.clock_offset_s("cam-2") is None


def test_hostile_ids_cannot_grow_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.monitoring.freshness.MOST_WELLS", 10)
    feed = Feed()
    for number in range(100):
        feed.send("x", 0, well=str(number))
    assert len(feed.watch._last) == 10

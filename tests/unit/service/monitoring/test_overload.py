"""Overload lasts from a refusal until none has followed for a while."""

from service.monitoring.overload import QUIET_S, Overload
from tests.clock import Clock


class Refusals:
    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> int:
        return self.count


def test_without_refusals_there_is_none() -> None:
    assert Overload(Refusals(), Clock()).problems() == {}


def test_it_lasts_from_a_refusal_until_none_followed_for_a_while() -> None:
    refusals, clock = Refusals(), Clock()
    overload = Overload(refusals, clock)
    refusals.count = 3
    assert overload.problems()["overload"].startswith("requests refused unseen: 3;")
    clock.now = QUIET_S - 1
    refusals.count = 5
    assert overload.problems()["overload"].startswith("requests refused unseen: 5;")
    clock.now += QUIET_S - 1
    assert "overload" in overload.problems()
    clock.now += 1
    assert overload.problems() == {}


def test_the_next_one_counts_its_own_refusals() -> None:
    refusals, clock = Refusals(), Clock()
    overload = Overload(refusals, clock)
    refusals.count = 3
    overload.problems()
    clock.now = QUIET_S
    overload.problems()
    refusals.count = 4
    assert overload.problems()["overload"].startswith("requests refused unseen: 1;")

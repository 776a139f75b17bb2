import numpy as np
import pytest

from training.tails import Promise, tail_end

REPEATS = 300
VALUES = 2000


@pytest.mark.parametrize("law", ["exponential", "normal", "gamma"])
def test_the_share_beyond_the_end_is_at_most_twice_the_promise_on_average(law: str) -> None:
    rng = np.random.default_rng(1)
    promise = Promise(refused=1e-3)
    draw = {
        "exponential": lambda size: rng.exponential(size=size),
        "normal": lambda size: rng.normal(size=size),
        "gamma": lambda size: rng.gamma(3, size=size),
    }[law]
    ends = [tail_end(draw(VALUES), promise) for _ in range(REPEATS)]
    fresh = draw(1_000_000)
    beyond = np.mean([(fresh > end).mean() for end in ends])
    assert beyond < 2e-3


def test_more_limits_reach_farther_each() -> None:
    values = np.random.default_rng(1).exponential(size=VALUES)
    assert tail_end(values, Promise(limits=14)) > tail_end(values, Promise(limits=2))


def test_the_end_lies_beyond_every_value_given() -> None:
    values = np.append(np.zeros(5000), 100.0)
    assert tail_end(values, Promise()) > 100


def test_equal_values_end_where_they_are() -> None:
    assert tail_end(np.full(100, 3.0), Promise()) == 3.0

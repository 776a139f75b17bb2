from collections.abc import Callable

import numpy as np
import pytest

from training.gate.tails import Vector, tail_end

REPEATS = 300
VALUES = 2000


LAWS: dict[str, Callable[[np.random.Generator, int], Vector]] = {
    "exponential": lambda rng, size: rng.exponential(size=size),
    "normal": lambda rng, size: rng.normal(size=size),
    "gamma": lambda rng, size: rng.gamma(3, size=size),
}


@pytest.mark.parametrize("law", LAWS)
def test_the_share_beyond_the_end_is_at_most_twice_the_promise_on_average(law: str) -> None:
    rng = np.random.default_rng(1)
    ends = [tail_end(LAWS[law](rng, VALUES), 1e-3) for _ in range(REPEATS)]
    fresh = LAWS[law](rng, 1_000_000)
    assert np.mean([np.mean(fresh > end) for end in ends]) < 2e-3


def test_a_smaller_share_lies_farther_out() -> None:
    values = np.random.default_rng(1).exponential(size=VALUES)
    assert tail_end(values, 1e-5) > tail_end(values, 1e-3)


def test_equal_values_end_where_they_are() -> None:
    assert tail_end(np.full(100, 3.0), 1e-3) == 3.0

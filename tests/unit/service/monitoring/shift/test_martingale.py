"""Evidence against a random order: how often it is wrong, and how soon it is right."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from service.monitoring.shift.martingale import MOST_EVIDENCE, MOST_FIRST, MOST_IN_BAG, ConformalMartingale
from tests.perf.shift_rates import (
    each_frame,
    each_well_once_a_scene,
    first_alarm,
    median_a_scene,
    median_with_memory,
    shifts,
)

Draw = Callable[[np.random.Generator], NDArray[np.float64]]

ALPHA = 0.05
STREAMS = 250
NUMBERS = 200
HIGHEST = ALPHA + 3 * math.sqrt(ALPHA * (1 - ALPHA) / STREAMS)
"""Three standard deviations above the bound."""


def rate(draw: Draw, streams: int = STREAMS) -> float:
    rng = np.random.default_rng(3)
    return sum(first_alarm(draw(rng), str(one), ALPHA) is not None for one in range(streams)) / streams


@pytest.mark.parametrize(
    "draw",
    [
        pytest.param(lambda rng: rng.normal(size=NUMBERS), id="normal"),
        pytest.param(lambda rng: rng.pareto(1.0, NUMBERS), id="heavy tail"),
        pytest.param(lambda rng: rng.integers(0, 3, NUMBERS).astype(float), id="many ties"),
        pytest.param(lambda _rng: np.zeros(NUMBERS), id="all equal"),
        pytest.param(lambda rng: rng.permutation(np.linspace(0, 1, NUMBERS) ** 4), id="exchangeable, not independent"),
        pytest.param(lambda rng: median_a_scene(rng, NUMBERS), id="a number a scene"),
        pytest.param(lambda rng: shifts(rng, NUMBERS), id="night and day"),
    ],
)
def test_whoever_looks_all_the_time_is_wrong_no_more_often_than_alpha(draw: Draw) -> None:
    assert rate(draw) <= HIGHEST


@pytest.mark.parametrize("draw", [each_frame, each_well_once_a_scene])
def test_near_equal_pictures_break_the_bound_which_is_why_a_period_gives_one_number(draw: Draw) -> None:
    assert rate(draw, 20) > 0.8


def test_the_evidence_is_a_martingale() -> None:
    rng = np.random.default_rng(5)
    ends = []
    for stream in range(2000):
        watch = ConformalMartingale(seed=str(stream))
        for number in rng.normal(size=8).tolist():
            watch.take(number)
        ends.append(watch.evidence)
    assert np.mean(ends) == pytest.approx(1.0, abs=4 * float(np.std(ends)) / math.sqrt(len(ends)))


@pytest.mark.parametrize("draw", [each_frame, lambda rng: median_with_memory(0.7, rng)])
def test_memory_tells_where_the_bound_is_broken(draw: Draw) -> None:
    rng = np.random.default_rng(8)
    for stream in range(10):
        watch = ConformalMartingale(seed=str(stream))
        for number in draw(rng)[:MOST_FIRST].tolist():
            watch.take(number)
        assert watch.memory is not None
        assert watch.memory > 0.2


def test_a_change_is_told_after_years_nearly_as_soon_as_after_weeks() -> None:
    delays = {}
    for before in (100, 3000):
        rng = np.random.default_rng(9)
        found = []
        for stream in range(15):
            numbers = rng.normal(size=before + 200)
            numbers[before:] += 2
            found.append((first_alarm(numbers, str(stream), 0.001) or len(numbers)) - before)
        delays[before] = float(np.median(found))
    assert delays[3000] < 2 * delays[100]


def test_the_evidence_never_falls_below_what_lies_aside() -> None:
    watch, rng = ConformalMartingale(seed="a"), np.random.default_rng(10)
    for taken, number in enumerate(rng.normal(size=2000).tolist(), 1):
        assert watch.take(number) >= 1 / (taken + 1)


@pytest.mark.parametrize("shift", [2.0, -2.0])
def test_a_shift_of_two_deviations_is_told_within_a_hundred_numbers(shift: float) -> None:
    rng = np.random.default_rng(4)
    for stream in range(20):
        numbers = rng.normal(size=300)
        numbers[200:] += shift
        found = first_alarm(numbers, str(stream), alpha=0.001)
        assert found is not None
        assert 200 < found <= 300


def test_ties_are_broken_by_the_seed_alone() -> None:
    def taken(seed: str) -> list[float]:
        watch = ConformalMartingale(seed=seed)
        return [watch.take(1.0) for _ in range(50)]

    assert taken("a") == taken("a") != taken("b")


def test_what_is_kept_goes_on_as_if_nothing_had_happened() -> None:
    numbers = np.random.default_rng(6).normal(size=60).tolist()
    whole, half = ConformalMartingale(seed="a"), ConformalMartingale(seed="a")
    for number in numbers[:30]:
        half.take(number)
    half = ConformalMartingale.model_validate_json(half.model_dump_json())
    assert [whole.take(number) for number in numbers][30:] == [half.take(number) for number in numbers[30:]]


def test_neither_memory_nor_floats_overflow() -> None:
    watch = ConformalMartingale(seed="a")
    for number in range(MOST_IN_BAG + 10):
        watch.take(float(number))
    assert len(watch.bag) == 10
    assert 1e6 < watch.evidence <= MOST_EVIDENCE


def test_memory_tells_that_the_numbers_come_too_soon() -> None:
    rng = np.random.default_rng(7)
    found = {}
    for name, draw in {"independent": rng.normal(size=100), "slow": np.cumsum(rng.normal(size=100))}.items():
        watch = ConformalMartingale(seed="a")
        for number in draw.tolist():
            watch.take(number)
        found[name] = watch.memory
    assert found["independent"] == pytest.approx(0, abs=0.3)
    assert found["slow"] is not None
    assert found["slow"] > 0.7
    assert ConformalMartingale(seed="a").memory is None

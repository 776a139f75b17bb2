import numpy as np

from tests.wells import good_well, leaking_well
from training.gate.robustness import Finds, endured
from training.synthetic.corruption_table import CORRUPTIONS

LEAKS = [leaking_well(seed) for seed in range(20)]


def brighter_than(level: float) -> Finds:
    """A score that calls a leak what is brighter than a level."""
    return lambda pictures: np.array([picture.mean() > level for picture in pictures], bool)


def test_a_score_that_always_finds_leaks_endures_the_most_that_is_wanted() -> None:
    assert endured(LEAKS, brighter_than(-1)) == {
        name: one.tolerable for name, one in CORRUPTIONS.items() if one.tolerable
    }


def test_a_score_that_finds_no_leak_endures_nothing() -> None:
    assert set(endured(LEAKS, brighter_than(255)).values()) == {0.0}


def test_no_leaks_prove_nothing() -> None:
    assert set(endured([], brighter_than(-1)).values()) == {0.0}


def test_the_first_step_that_loses_leaks_ends_the_way() -> None:
    darkest = min(leak.mean() for leak in LEAKS)
    reached = endured(LEAKS, brighter_than(darkest * 0.87))
    assert reached["darker"] == 0.1
    assert reached["brighter"] == 0.2


def test_only_leaks_that_are_found_uncorrupted_count() -> None:
    hidden = [good_well(seed) // 4 for seed in range(20)]
    limit = min(leak.mean() for leak in LEAKS) * 0.5
    assert endured([*LEAKS, *hidden], brighter_than(limit))["darker"] == 0.2

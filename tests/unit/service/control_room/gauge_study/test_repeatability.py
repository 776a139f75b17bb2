"""The deviation of the score is found, with what it means beside the threshold."""

from datetime import timedelta

import numpy as np
import pytest
from scipy.stats import chi2

from service.control_room.gauge_study.repeatability import FEWEST, Measured, repeatability_of
from tests.decisions import START

SECOND = timedelta(seconds=1)


def drawn(means: list[float], sigma: float, number: int, seed: int = 1, drift: float = 0.0) -> list[Measured]:
    draw = np.random.default_rng(seed)
    return [
        Measured(
            "cam-1", f"well-{well}", "model-1", START + place * SECOND, mean + drift * place + draw.normal(0, sigma)
        )
        for well, mean in enumerate(means)
        for place in range(number)
    ]


def test_sigma_is_that_of_one_well_however_much_wells_differ_or_drift() -> None:
    (found,) = repeatability_of(drawn([0.2, 0.3, 0.4, 0.5], 0.01, 500, drift=0.0001))
    assert found.sigma == pytest.approx(0.01, rel=0.05)
    assert (found.wells, found.pictures, found.differences) == (4, 2000, 1996)
    assert found.grr_percent == pytest.approx(100 * 0.01 / np.hypot(0.112, 0.0145), rel=0.1)
    assert found.tolerance_percent == pytest.approx(100 * 3 * 0.01 / (1 - 0.375), rel=0.06)
    assert found.nearest_well == "well-3"
    assert found.nearest_sigmas == pytest.approx(47.5, rel=0.06)
    assert found.categories == pytest.approx(15, abs=2)


def test_the_interval_of_sigma_holds_what_it_promises() -> None:
    held = 0
    for seed in range(400):
        (found,) = repeatability_of(drawn([0.3], 0.02, 40, seed))
        assert found.sigma_low is not None
        assert found.sigma_high is not None
        held += found.sigma_low <= 0.02 <= found.sigma_high
    assert 0.92 < held / 400 < 0.98


def test_the_quantiles_are_those_of_chi_square() -> None:
    (found,) = repeatability_of(drawn([0.3], 0.02, 40))
    freedom = 2 * 39 / 3
    assert found.sigma is not None
    assert found.sigma_low == pytest.approx(found.sigma / np.sqrt(chi2.ppf(0.975, freedom) / freedom), rel=1e-3)
    assert found.sigma_high == pytest.approx(found.sigma / np.sqrt(chi2.ppf(0.025, freedom) / freedom), rel=1e-3)


def test_pictures_that_lie_far_apart_are_not_compared() -> None:
    pictures = [Measured("cam-1", "1", "m", START + place * 6 * SECOND, place / 100) for place in range(50)]
    (found,) = repeatability_of(pictures)
    assert (found.pictures, found.differences, found.sigma) == (50, 0, None)


def test_of_too_few_differences_nothing_is_stated() -> None:
    (found,) = repeatability_of(drawn([0.3], 0.02, FEWEST))
    assert (found.differences, found.sigma, found.nearest_well) == (FEWEST - 1, None, None)
    assert repeatability_of([]) == []


def test_each_camera_and_artefact_stands_alone_and_a_constant_score_divides_by_nothing() -> None:
    some = drawn([0.25], 0.0, 20)
    others = [one._replace(artifact="model-2", camera_id=None) for one in some]
    first, second = repeatability_of([*some, *others])
    assert [first.camera_id, second.camera_id] == [None, "cam-1"]
    assert (second.sigma, second.grr_percent, second.nearest_sigmas, second.categories) == (0, None, None, None)

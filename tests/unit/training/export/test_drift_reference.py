import numpy as np
import pytest

from service.contract.drift_index import DRIFT_FIGURES, drift_index
from training.export.drift_reference import Vector, learn_reference

WELLS = 700


def wells(count: int, seed: int) -> dict[str, Vector]:
    rng = np.random.default_rng(seed)
    return {name: rng.gamma(4, size=count) for name in DRIFT_FIGURES}


@pytest.mark.parametrize("window", [200, 600, 2000])
def test_without_drift_one_window_in_a_hundred_exceeds_its_limit(window: int) -> None:
    exceeded = []
    for seed in range(200):
        reference = learn_reference(wells(WELLS, seed))
        assert reference is not None
        edges = reference.bin_edges["score"]
        for later in range(10):
            values = np.random.default_rng([seed, later]).gamma(4, size=window)
            counts = np.bincount(np.searchsorted(edges, values, "right"), minlength=10)
            index = float(drift_index(counts, reference.shares["score"]))
            exceeded.append(index > reference.limits_by_window[window]["score"])
    assert 0.001 < np.mean(exceeded) < 0.022


def test_limits_fall_with_the_size_of_the_window() -> None:
    reference = learn_reference(wells(WELLS, 1))
    assert reference is not None
    limits = [by_figure["score"] for _, by_figure in sorted(reference.limits_by_window.items())]
    assert limits == sorted(limits, reverse=True)
    assert limits[0] == pytest.approx(0.14, abs=0.03)


def test_bins_hold_equal_shares() -> None:
    reference = learn_reference(wells(WELLS, 1))
    assert reference is not None
    assert len(reference.shares["brightness"]) == 10
    assert np.allclose(reference.shares["brightness"], 0.1, atol=0.002)
    assert sum(reference.shares["brightness"]) == pytest.approx(1)


def test_few_wells_make_fewer_bins_and_very_few_none() -> None:
    reference = learn_reference(wells(60, 1))
    assert reference is not None
    assert len(reference.shares["score"]) == 3
    assert learn_reference(wells(30, 1)) is None


def test_a_figure_with_one_value_has_one_bin_that_drifts_when_the_value_rises() -> None:
    figures = wells(WELLS, 1) | {"contrast": np.full(WELLS, 7.0)}
    reference = learn_reference(figures)
    assert reference is not None
    assert len(reference.shares["contrast"]) == len(reference.bin_edges["contrast"]) + 1


def test_the_same_wells_give_the_same_reference() -> None:
    assert learn_reference(wells(WELLS, 1)) == learn_reference(wells(WELLS, 1))

"""Kappas and shares are those of the libraries, and undefined ones say so."""

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import cohen_kappa_score

from service.control_room.gauge_study.rates import ALL_AGREE, TOO_FEW, cohen, fleiss, share


@pytest.mark.parametrize(("count", "of"), [(0, 5), (8, 10), (49, 50), (7, 7)])
def test_a_share_has_wilsons_interval_as_scipy_gives_it(count: int, of: int) -> None:
    expected = binomtest(count, of).proportion_ci(0.95, method="wilson")
    found = share(count, of)
    assert (found.value, found.low, found.high) == pytest.approx((count / of, expected.low, expected.high), abs=1e-12)


def test_a_share_of_repeats_has_the_interval_of_its_pictures() -> None:
    repeated, once = share(18, 30, independent=10), share(6, 10)
    assert (repeated.value, repeated.low, repeated.high) == (once.value, once.low, once.high)
    assert share(0, 0).value is None


@pytest.mark.parametrize("seed", range(20))
def test_cohens_kappa_is_that_of_scikit_learn(seed: int) -> None:
    draw = np.random.default_rng(seed)
    first = draw.choice(["leak", "no_leak", "unknown"], 40)
    second = np.where(draw.random(40) < 0.7, first, draw.choice(["leak", "no_leak", "unknown"], 40))
    found = cohen(first.tolist(), second.tolist())
    assert found.value == pytest.approx(cohen_kappa_score(first, second))
    assert found.low is not None
    assert found.high is not None
    assert found.low < cohen_kappa_score(first, second) < found.high


@pytest.mark.parametrize(
    ("table", "kappa", "low", "high"),
    [  # as statsmodels 0.15.0 gives them: cohens_kappa(table).kappa, kappa_low, kappa_upp (1.28 in the last)
        ([[20, 5], [10, 15]], 0.4, 0.15109229, 0.64890771),
        ([[44, 6, 2], [7, 30, 3], [1, 2, 5]], 0.63132022, 0.49481100, 0.76782945),
        ([[50, 0], [1, 1]], 0.65789474, 0.03392610, 1.0),
    ],
)
def test_cohens_interval_is_that_of_statsmodels(table: list[list[int]], kappa: float, low: float, high: float) -> None:
    cells = [(str(i), str(j)) for i, row in enumerate(table) for j, count in enumerate(row) for _ in range(count)]
    found = cohen([one for one, _ in cells], [other for _, other in cells])
    assert (found.value, found.low, found.high) == pytest.approx((kappa, low, high), abs=1e-6)


def test_fleiss_kappa_with_missing_answers_is_that_of_gwets_example() -> None:
    """Four raters, twelve units (Gwet, Handbook of Inter-Rater Reliability); irrCAC 0.4.4: 0.76117, se 0.15302."""
    raters = [
        "1 1 . 1", "2 2 3 2", "3 3 3 3", "3 3 3 3", "2 2 2 2", "1 2 3 4", "4 4 4 4", "1 1 2 1", "2 2 2 2", ". 5 5 5",
        ". . 1 1", ". . 3 .",
    ]  # fmt: skip
    counts = np.array([[row.split().count(str(level)) for level in range(1, 6)] for row in raters])
    found = fleiss(counts)
    assert found.value == pytest.approx(0.76117, abs=5e-6)
    assert found.low == pytest.approx(0.76117 - 1.959964 * 0.15302, abs=2e-5)
    assert found.high == 1
    assert found.pictures == 11


def test_where_all_answers_are_one_verdict_kappa_is_not_defined_and_says_so() -> None:
    same = ["no_leak"] * 30
    assert (cohen(same, same).value, cohen(same, same).why) == (None, ALL_AGREE)
    assert fleiss(np.array([[3, 0, 0]] * 10)).why == ALL_AGREE


def test_agreement_throughout_has_no_interval_since_its_variance_is_always_0() -> None:
    found = cohen(["leak", "no_leak"] * 5, ["leak", "no_leak"] * 5)
    assert (found.value, found.low, found.high, found.why) == (1, None, None, None)
    assert fleiss(np.array([[2, 0], [0, 2]])).value == 1


def test_less_than_two_pictures_have_no_kappa() -> None:
    assert [cohen([], []).why, cohen(["leak"], ["leak"]).why] == [TOO_FEW] * 2
    assert fleiss(np.array([[1, 0], [1, 0], [1, 1]])).why == TOO_FEW
    assert fleiss(np.zeros((0, 3))).why == TOO_FEW


def test_the_interval_of_cohens_kappa_holds_what_it_promises() -> None:
    draw, p = np.random.default_rng(1), 0.8
    cells = np.array([0.5 * p, 0.5 * (1 - p), 0.5 * (1 - p), 0.5 * p])
    held = 0
    for _ in range(400):
        drawn = draw.choice(4, 60, p=cells)
        found = cohen([str(one // 2) for one in drawn], [str(one % 2) for one in drawn])
        held += found.low is not None and found.high is not None and found.low <= 2 * p - 1 <= found.high
    assert 0.92 < held / 400 < 0.98

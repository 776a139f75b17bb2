import numpy as np
import pytest

from service.contract.errors import DataError
from training.evaluation.rates import (
    auroc,
    by_class,
    precision_recall,
    rate,
    rates_at_cuts,
    roc,
    upper_bound,
)

SCORES = np.array([0.1, 0.2, 0.3, 0.4])
LABELS = np.array([0, 0, 1, 1])


@pytest.mark.parametrize(
    ("hits", "total", "low", "high", "why"),
    [
        (0, 10, 0.0, 0.3085, "nothing seen: the lower end is zero, the upper 1 - 0.025 ** (1 / 10)"),
        (10, 10, 0.6915, 1.0, "all seen: the mirror of it"),
        (5, 10, 0.1871, 0.8129, "the textbook case, symmetric"),
        (121, 129, 0.8815, 0.9728, "what 8 escapes among 129 leaks are worth"),
    ],
)
def test_a_rate_carries_its_clopper_pearson_interval(hits: int, total: int, low: float, high: float, why: str) -> None:
    measured = rate(hits, total)
    assert [measured.low, measured.high] == pytest.approx([low, high], abs=5e-5), why


@pytest.mark.parametrize(
    ("hits", "total", "bound", "why"),
    [
        (0, 299, 0.01, "the rule of three, exactly: 299 quiet wells prove 1 %"),
        (0, 60, 0.0487, "60 leaks found of 60 still allow 5 % of escapes"),
        (3, 3, 1.0, "everything escaped"),
        (0, 0, 1.0, "nothing was seen, so nothing is excluded"),
    ],
)
def test_the_upper_bound_is_one_sided(hits: int, total: int, bound: float, why: str) -> None:
    assert upper_bound(hits, total) == pytest.approx(bound, abs=5e-5), why


def test_scores_that_are_not_finite_are_refused() -> None:
    with pytest.raises(DataError, match="diverged"):
        by_class(np.array([0.1, np.nan]), np.array([0, 1]))


def test_auroc_counts_ties_half() -> None:
    assert auroc(np.array([1.0, 1.0]), np.array([0, 1])) == 0.5


def test_rates_at_cuts_lie_between_the_scores_and_reach_from_none_missed_to_all_but_the_top() -> None:
    cuts = rates_at_cuts(by_class(SCORES, LABELS))
    assert cuts.threshold == pytest.approx([0.35, 0.25, 0.15, 0.1])
    assert cuts.tpr.tolist() == [0.5, 1.0, 1.0, 1.0]
    assert cuts.tnr.tolist() == [1.0, 1.0, 0.5, 0.0]


def test_curves_start_and_end_where_they_are_drawn_from() -> None:
    mixed = np.array([0.1, 0.3, 0.2, 0.4])
    operating = roc(mixed, LABELS)
    assert (operating.x[0], operating.y[0], operating.x[-1], operating.y[-1]) == (0.0, 0.0, 1.0, 1.0)
    retrieval = precision_recall(mixed, LABELS)
    assert (retrieval.x[0], retrieval.y[0], retrieval.x[-1]) == (0.0, 1.0, 1.0)

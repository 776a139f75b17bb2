import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.contract.decision import Verdict, decide
from service.contract.manifest import Threshold
from training.evaluation.strategies import STRATEGIES
from training.evaluation.thresholds import choose_threshold

PARAMETERS = {"false_alarm_budget": {"budget": 0.2, "grey_zone_budget": 0.4}, "margin_middle": {"budget": 0.2}}
scores_of = st.lists(st.integers(1, 1000).map(lambda score: score / 8), min_size=14, max_size=60).filter(
    lambda scores: len(set(scores)) > 1
)
GIVING_UP_GOOD_WELLS = {"tpr1_quantile", "false_alarm_budget", "margin_middle", "scene_budget"}
"""On purpose: by a share, or where too little room is left to milder leaks."""

every_strategy = pytest.mark.parametrize("strategy", STRATEGIES)


def chosen(strategy: str, good: list[float], leak: list[float], order: np.ndarray | None = None) -> Threshold:
    scores = np.array(good + leak)
    labels = np.repeat([0, 1], [len(good), len(leak)])
    if order is not None:
        scores, labels = scores[order], labels[order]
    return choose_threshold(strategy, scores, labels, PARAMETERS.get(strategy))


@every_strategy
@given(good=scores_of, leak=scores_of, exponent=st.integers(-40, 40))
@settings(max_examples=40)
def test_the_threshold_scales_with_the_scores(
    strategy: str, good: list[float], leak: list[float], exponent: int
) -> None:
    scale = 2.0**exponent  # a power of two, so that scaling itself rounds nothing
    plain = chosen(strategy, good, leak)
    scaled = chosen(strategy, [score * scale for score in good], [score * scale for score in leak])
    assert scaled.value == pytest.approx(plain.value * scale, rel=1e-12)
    assert scaled.escape_upper_bound == plain.escape_upper_bound


@every_strategy
@given(good=scores_of, leak=scores_of, seed=st.integers(0, 2**32 - 1))
@settings(max_examples=40)
def test_the_order_of_the_pictures_does_not_matter(
    strategy: str, good: list[float], leak: list[float], seed: int
) -> None:
    order = np.random.default_rng(seed).permutation(len(good) + len(leak))
    assert chosen(strategy, good, leak, order) == chosen(strategy, good, leak)


@every_strategy
@given(good=scores_of, gap=st.floats(1.0, 100.0), leak=scores_of)
@settings(max_examples=40)
def test_classes_that_are_apart_are_told_apart(strategy: str, good: list[float], gap: float, leak: list[float]) -> None:
    above = [max(good) + gap + score for score in leak]
    value = chosen(strategy, good, above).value
    assert all(decide(score, value).verdict is Verdict.LEAK for score in above)
    if strategy not in GIVING_UP_GOOD_WELLS:
        assert all(decide(score, value).verdict is Verdict.NO_LEAK for score in good)


@given(good=scores_of, leak=scores_of)
@settings(max_examples=60)
def test_no_other_cut_has_a_better_balanced_accuracy(good: list[float], leak: list[float]) -> None:
    def balanced_accuracy(threshold: float) -> float:
        return float(np.mean(np.array(leak) >= threshold) + np.mean(np.array(good) < threshold))

    best = max(balanced_accuracy(score) for score in good + leak)
    assert balanced_accuracy(chosen("max_balanced_accuracy", good, leak).value) == pytest.approx(best)

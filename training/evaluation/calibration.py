"""The threshold of a candidate by its recipe's rule, also where there are fewer pictures than the rule wishes."""

import inspect
import math

import numpy as np
from numpy.typing import ArrayLike

from service.contract.manifest import Threshold
from training.evaluation.rates import CONFIDENCE
from training.evaluation.thresholds import STRATEGIES, choose_threshold
from training.evaluation.tolerance import groups_needed
from training.recipe.parts import ThresholdRule


def chosen(rule: ThresholdRule, good: ArrayLike, leak: ArrayLike) -> Threshold:
    """Choose the threshold exactly as a rule says, from scores [N] of held-out good wells and [M] of leaks.

    Raises:
        RecipeError: a parameter that the strategy does not take, or one out of range.
        TooFewPictures: the rule needs more scores.
        DataError: the scores do not allow a threshold.
    """
    scores = np.concatenate([np.asarray(good), np.asarray(leak)])
    labels = np.repeat([0, 1], [np.size(good), np.size(leak)])
    return choose_threshold(rule.strategy, scores, labels, rule.parameters)


def calibrate(rule: ThresholdRule, good: ArrayLike, leak: ArrayLike) -> Threshold:
    """Choose the threshold from scores as ``chosen`` does, but keep what part of a budget's promise can be kept.

    A budget that these good wells are too few to promise is widened to the smallest that they can; the threshold
    then states the wish beside it.
    """
    possible = widened(rule, np.size(good))
    threshold = chosen(possible, good, leak)
    if possible is rule:
        return threshold
    return threshold.model_copy(update={"parameters": {**threshold.parameters, "wished_budget": _wish(rule)}})


def widened(rule: ThresholdRule, groups: int) -> ThresholdRule:
    """The rule with a budget that so many groups of good wells can promise; any other rule as it is.

    >>> widened(ThresholdRule(strategy="false_alarm_budget", parameters={"budget": 0.01}), 58).parameters
    {'budget': 0.051}
    """
    wish = _wish(rule)
    if not groups or wish is None or groups_needed(wish) <= groups:
        return rule
    possible = math.ceil(1000 * (1 - (1 - CONFIDENCE) ** (1 / groups))) / 1000
    return rule.model_copy(update={"parameters": {**rule.parameters, "budget": possible}})


def _wish(rule: ThresholdRule) -> float | None:
    """The budget that a rule states or takes by default; None where its strategy promises none."""
    taken = inspect.signature(STRATEGIES[rule.strategy]).parameters
    if "budget" not in taken:
        return None
    wish = rule.parameters.get("budget")
    return wish if isinstance(wish, float | int) else float(taken["budget"].default)

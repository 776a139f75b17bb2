"""The threshold of a candidate by its recipe's rule, also where there are fewer pictures than the rule wishes."""

import math

import numpy as np
from numpy.typing import ArrayLike

from service.contract.manifest import Threshold
from training.promise import groups_needed
from training.rates import CONFIDENCE
from training.specs import ThresholdRule
from training.thresholds import choose_threshold

DEFAULT_BUDGETS = {"false_alarm_budget": 0.01, "margin_middle": 0.005}
"""What the strategies that promise a budget take where a rule states none."""


def calibrate(rule: ThresholdRule, good: ArrayLike, leak: ArrayLike) -> Threshold:
    """Choose the threshold from scores [N] of held-out good wells and [M] of leaks.

    A false-alarm budget that these good wells are too few to promise is widened to the smallest that they can.
    """
    scores = np.concatenate([np.asarray(good), np.asarray(leak)])
    labels = np.repeat([0, 1], [np.size(good), np.size(leak)])
    return choose_threshold(rule.strategy, scores, labels, widened(rule, np.size(good)).parameters)


def widened(rule: ThresholdRule, groups: int) -> ThresholdRule:
    """The rule with a budget that so many groups of good wells can promise; any other rule as it is.

    >>> widened(ThresholdRule(strategy="false_alarm_budget", parameters={"budget": 0.01}), 58).parameters
    {'budget': 0.051}
    """
    if rule.strategy not in DEFAULT_BUDGETS or not groups:
        return rule
    budget = rule.parameters.get("budget", DEFAULT_BUDGETS[rule.strategy])
    if not isinstance(budget, float) or groups_needed(budget) <= groups:
        return rule
    possible = math.ceil(1000 * (1 - (1 - CONFIDENCE) ** (1 / groups))) / 1000
    return rule.model_copy(update={"parameters": {**rule.parameters, "budget": possible}})

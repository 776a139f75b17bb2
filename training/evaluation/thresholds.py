"""The threshold by a strategy's name or a recipe's rule, also where there are fewer pictures than that wishes."""

import inspect
import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike
from pydantic import JsonValue

from service.contract.errors import RecipeError
from service.contract.manifest import Threshold
from training.evaluation.rates import CONFIDENCE, Labels, Scores
from training.evaluation.strategies import STRATEGIES, groups_needed
from training.recipe.parts import ThresholdRule


def choose_threshold(
    strategy: str, scores: Scores, labels: Labels, parameters: Mapping[str, JsonValue] | None = None
) -> Threshold:
    """Apply a strategy by its name, with its parameters as a recipe or the command line states them.

    Raises:
        RecipeError: unknown strategy or parameter, or a value out of range.
        TooFewPictures: a class that the strategy needs is missing or too small.
        DataError: the scores do not allow a threshold.
    """
    require_parameters(strategy, parameters or {})
    return STRATEGIES[strategy](scores, labels, **(parameters or {}))


def require_parameters(strategy: str, parameters: Mapping[str, JsonValue]) -> None:
    """Refuse what no scores could make right, so that nobody waits for scores in vain.

    Raises:
        RecipeError: unknown strategy or parameter, or one that is no number.
    """
    if strategy not in STRATEGIES:
        raise RecipeError(f"threshold strategy {strategy!r} is unknown: choose one of {', '.join(STRATEGIES)}")
    taken = list(inspect.signature(STRATEGIES[strategy]).parameters)[2:]
    for name, value in parameters.items():
        if name not in taken:
            raise RecipeError(f"{strategy} has no parameter {name!r}: it takes {', '.join(taken) or 'none'}")
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise RecipeError(f"{name} of {strategy} must be a number, not {value!r}: correct it")


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
    """Choose the threshold from scores as ``chosen`` does, but keep what part of a budget can be kept.

    A budget that these good wells are too few for is widened to the smallest that they suffice for; the
    threshold then states the wish beside it.
    """
    possible = widened(rule, np.size(good))
    threshold = chosen(possible, good, leak)
    if possible is rule:
        return threshold
    return threshold.model_copy(update={"parameters": {**threshold.parameters, "wished_budget": _wish(rule)}})


def widened(rule: ThresholdRule, groups: int) -> ThresholdRule:
    """The rule with a budget that so many groups of good wells suffice for; any other rule as it is.

    >>> widened(ThresholdRule(strategy="false_alarm_budget", parameters={"budget": 0.01}), 58).parameters
    {'budget': 0.051}
    """
    wish = _wish(rule)
    if not groups or wish is None or groups_needed(wish) <= groups:
        return rule
    possible = math.ceil(1000 * (1 - (1 - CONFIDENCE) ** (1 / groups))) / 1000
    return rule.model_copy(update={"parameters": {**rule.parameters, "budget": possible}})


def _wish(rule: ThresholdRule) -> float | None:
    """The budget that a rule states or takes by default; None where its strategy has none."""
    taken = inspect.signature(STRATEGIES[rule.strategy]).parameters
    if "budget" not in taken:
        return None
    wish = rule.parameters.get("budget")
    return wish if isinstance(wish, float | int) else float(taken["budget"].default)

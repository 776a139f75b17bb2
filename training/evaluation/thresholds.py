"""The threshold by a strategy's name or a recipe's rule, also where there are fewer pictures than that wishes."""

import inspect
import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike
from pydantic import JsonValue

from service.contract.errors import RecipeError
from service.contract.manifest import Threshold
from service.contract.scenes.rates import Scenes
from training.evaluation.rates import CONFIDENCE, Labels, Scores
from training.evaluation.strategies import NEEDING_LEAKS, STRATEGIES, groups_needed
from training.recipe.parts import ThresholdRule


def choose_threshold(
    strategy: str,
    scores: Scores,
    labels: Labels,
    parameters: Mapping[str, JsonValue] | None = None,
    scenes: Scenes | None = None,
) -> Threshold:
    """Apply a strategy by its name, with its parameters as a recipe or the command line states them.

    ``scenes`` numbers the scene of each good score, in their order; strategies that count pictures do without.

    Raises:
        RecipeError: unknown strategy or parameter, or a value out of range.
        TooFewPictures: a class that the strategy needs is missing or too small.
        DataError: the scores do not allow a threshold.
    """
    require_parameters(strategy, parameters or {})
    choose = STRATEGIES[strategy]
    wanted = {"scenes": scenes} if "scenes" in inspect.signature(choose).parameters else {}
    return choose(scores, labels, **wanted, **(parameters or {}))


def require_parameters(strategy: str, parameters: Mapping[str, JsonValue]) -> None:
    """Refuse parameters that are wrong for any scores, before time is spent on scores.

    Raises:
        RecipeError: unknown strategy or parameter, or one that is no number.
    """
    if strategy not in STRATEGIES:
        raise RecipeError(f"threshold strategy {strategy!r} is unknown: choose one of {', '.join(STRATEGIES)}")
    signature = inspect.signature(STRATEGIES[strategy])
    taken = [name for name, one in signature.parameters.items() if one.kind is one.KEYWORD_ONLY]
    for name, value in parameters.items():
        if name not in taken:
            raise RecipeError(f"{strategy} has no parameter {name!r}: it takes {', '.join(taken) or 'none'}")
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise RecipeError(f"{name} of {strategy} must be a number, not {value!r}: correct it")


def chosen(rule: ThresholdRule, good: ArrayLike, leak: ArrayLike, scenes: ArrayLike | None = None) -> Threshold:
    """Choose the threshold exactly as a rule says, from scores [N] of held-out good wells and [M] of leaks.

    ``scenes`` numbers the scene of each good well, [N]; without it each is one of its own.

    Raises:
        RecipeError: a parameter that the strategy does not take, or one out of range.
        TooFewPictures: the rule needs more scores.
        DataError: the scores do not allow a threshold.
    """
    scores = np.concatenate([np.asarray(good), np.asarray(leak)])
    labels = np.repeat([0, 1], [np.size(good), np.size(leak)])
    numbers = None if scenes is None else np.array(scenes)
    return choose_threshold(rule.strategy, scores, labels, rule.parameters, numbers)


def calibrate(rule: ThresholdRule, good: ArrayLike, leak: ArrayLike, scenes: ArrayLike | None = None) -> Threshold:
    """Choose the threshold from scores as ``chosen`` does, but keep what part of a rule's wish can be kept.

    A budget that these good wells are too few for is widened to the smallest that they suffice for. A rule that needs
    leaks, where there are none, gives way to the budget on scenes. The threshold then states the wish beside it.
    """
    possible = widened(_without_leaks(rule, np.size(leak)), np.size(good))
    threshold = chosen(possible, good, leak, scenes)
    if possible is rule:
        return threshold
    if possible.strategy != rule.strategy:
        wish: dict[str, JsonValue] = {"wished_strategy": rule.strategy}
    else:
        wish = {"wished_budget": _wish(rule)}
    return threshold.model_copy(update={"parameters": {**threshold.parameters, **wish}})


def _without_leaks(rule: ThresholdRule, leaks: int) -> ThresholdRule:
    """The budget on scenes in place of a rule that needs leaks, where there are none."""
    if leaks or rule.strategy not in NEEDING_LEAKS:
        return rule
    return ThresholdRule(strategy="scene_budget")


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


def warnings_of(threshold: Threshold) -> list[str]:
    """What people must know of how a threshold was chosen, a sentence each."""
    room, wished = threshold.parameters.get("room"), threshold.parameters.get("wished_strategy")
    warnings = []
    if isinstance(room, float | int) and room <= 1:
        warnings.append(
            "good wells and leaks leave no room between them: the leaks set the threshold, and more good wells than "
            "the budget allows will raise an alarm"
        )
    if wished is not None:
        warnings.append(f"there were no leaks, which {wished} needs: good wells alone set the threshold")
    return warnings


def _wish(rule: ThresholdRule) -> float | None:
    """The budget that a rule states or takes by default; None where its strategy has none."""
    taken = inspect.signature(STRATEGIES[rule.strategy]).parameters
    if "budget" not in taken or "scenes" in taken:
        return None
    wish = rule.parameters.get("budget")
    return wish if isinstance(wish, float | int) else float(taken["budget"].default)

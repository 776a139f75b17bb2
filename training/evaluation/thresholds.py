"""Strategies that choose the threshold: pure functions of (scores, labels), free of the score's scale.

Scores are one a group of equal pictures (:class:`training.dataset.data.Group`), labels 0 good and 1 leak. A score at
or above the threshold is a leak (:func:`service.contract.decision.decide`). Every result states the Clopper-Pearson
bound of the escape rate from the leaks at hand. The bound of the false-alarm rate is stated only where the good scores
did not choose the cut, or chose it by a rule that keeps the promise; after a cut that was fitted to both classes, the
bound of the escape rate is optimistic too, and held-out pictures must judge.
"""

import inspect
import math
from collections.abc import Callable, Mapping

import numpy as np
from pydantic import JsonValue
from sklearn.tree import DecisionTreeClassifier

from service.contract.errors import DataError, RecipeError, TooFewPictures
from service.contract.manifest import Threshold
from training.evaluation.rates import Array, Classes, Labels, Scores, both_classes, by_class, rates_at_cuts, upper_bound
from training.evaluation.scene_rates import Scenes, scene_cut
from training.evaluation.tolerance import FLOAT32_NOISE, require_share, tolerance_limit

Strategy = Callable[..., Threshold]

GRID_STEPS = 1000


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
    """Refuse what no scores could make right, so that nobody waits for scores in vain.

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


def tpr1_quantile(scores: Scores, labels: Labels, *, quantile: float = 0.9) -> Threshold:
    """Of the thresholds that find every leak (1,000 steps from 0 up to the lowest leak score), a high quantile."""
    require_share("quantile", quantile)
    classes = both_classes(scores, labels)
    grid = np.linspace(0.0, classes.leak[0], GRID_STEPS + 1)
    return _chosen_by_leaks("tpr1_quantile", float(np.quantile(grid, quantile)), classes, {"quantile": quantile})


def min_leak_score(scores: Scores, labels: Labels) -> Threshold:
    """The lowest score of a leak: the highest threshold at which none of them escapes."""
    classes = both_classes(scores, labels)
    return _chosen_by_leaks("min_leak_score", float(classes.leak[0]), classes, {})


def decision_stump(scores: Scores, labels: Labels) -> Threshold:
    """The split of a decision tree of depth 1 (gini), half-way between two neighbouring scores.

    The tree sees ranks, not scores: it takes values closer than 1e-7 for equal, and reconstruction errors may be so.
    """
    classes = both_classes(scores, labels)
    levels, ranks = np.unique(np.concatenate(classes), return_inverse=True)
    is_leak = np.repeat([False, True], [classes.good.size, classes.leak.size])
    stump = DecisionTreeClassifier(max_depth=1, criterion="gini", random_state=0).fit(ranks.reshape(-1, 1), is_leak)
    if stump.tree_.node_count == 1:
        raise DataError("all scores are equal: the model tells nothing apart, fit it again")
    lower = math.floor(stump.tree_.threshold[0])
    middle = levels[lower] + (levels[lower + 1] - levels[lower]) / 2
    return _threshold("decision_stump", max(float(middle), float(np.nextafter(levels[lower], np.inf))), classes.leak)


def equal_error_rate(scores: Scores, labels: Labels) -> Threshold:
    """Where escapes are as frequent as false alarms, as nearly as the scores allow."""
    classes = both_classes(scores, labels)
    cuts = rates_at_cuts(classes)
    return _threshold("equal_error_rate", _lowest_best(cuts.threshold, -np.abs(cuts.tpr - cuts.tnr)), classes.leak)


def max_balanced_accuracy(scores: Scores, labels: Labels) -> Threshold:
    """Where the mean of TPR and TNR is highest (Youden's index, Cancer 3, 1950)."""
    classes = both_classes(scores, labels)
    cuts = rates_at_cuts(classes)
    return _threshold("max_balanced_accuracy", _lowest_best(cuts.threshold, cuts.tpr + cuts.tnr), classes.leak)


def false_alarm_budget(
    scores: Scores,
    labels: Labels,
    *,
    budget: float = 0.01,
    grey_zone_budget: float | None = None,
    margin: float = 1.0,
) -> Threshold:
    """The lowest threshold that, with 95 % confidence, keeps the false-alarm rate under the budget.

    Args:
        scores: [N]; the good ones must come from wells that the model was not trained on.
        labels: [N]; leaks only serve to state their bound.
        budget: highest share of good wells that may be called leak, above 0 and below 1.
        grey_zone_budget: highest share that may be called leak or unknown; None leaves the grey zone off.
        margin: factor of 1 or more on the threshold, for wells unlike those of the calibration; the promise holds on.
    """
    if not 1 <= margin < math.inf:
        raise RecipeError(f"margin must be 1 or more, not {margin!r}: less would break the promise of the budget")
    good, leak = by_class(scores, labels)
    value, bound = tolerance_limit(good, budget)
    optional = {"margin": None if margin == 1 else margin, "grey_zone_budget": grey_zone_budget}
    parameters = {"budget": budget} | {name: given for name, given in optional.items() if given is not None}
    grey = None if grey_zone_budget is None else tolerance_limit(good, grey_zone_budget)[0]
    return _threshold(
        "false_alarm_budget",
        margin * value,
        leak,
        parameters=parameters,
        false_alarm_upper_bound=bound,
        grey_zone_from=grey,
    )


def margin_middle(scores: Scores, labels: Labels, *, budget: float = 0.005, contrast: float = 0.7) -> Threshold:
    """The geometric middle between a budget's promise and the mildest leak to be expected, never below the promise.

    Squared error goes with the square of the contrast: a leak at the share ``contrast`` of the mildest leak's contrast
    scores about ``contrast``² of it. Above the promise lies room for wells of other scenes, below the leak for milder
    ones; where there is no room between, the promise decides.

    Args:
        scores: [N]; the good ones must come from wells that the model was not trained on.
        labels: [N]; of the leaks the lowest score counts.
        budget: highest share of good wells that may be called leak, as for ``false_alarm_budget``.
        contrast: of the mildest leak to be expected, as a share of the mildest one at hand; above 0 and below 1.
    """
    require_share("contrast", contrast)
    leak = both_classes(scores, labels).leak
    promise = false_alarm_budget(scores, labels, budget=budget)
    value = max(promise.value, math.sqrt(promise.value * contrast**2 * float(leak[0])))
    parameters = {"budget": budget, "contrast": contrast}
    bound = promise.false_alarm_upper_bound
    return _threshold("margin_middle", value, leak, parameters=parameters, false_alarm_upper_bound=bound)


def scene_budget(
    scores: Scores, labels: Labels, scenes: Scenes | None = None, *, budget: float = 0.05, margin: float = 0.75
) -> Threshold:
    """The geometric middle between a budget on good wells, as the mean over scenes, and what the leaks allow.

    Near-equal pictures of one well are no independent trials; scenes are. The lower end is the lowest cut that keeps
    the mean over scenes of their shares called leak within ``budget``; the upper end is ``margin`` times the lowest
    score of a leak. Where there is no room between them the upper end is the threshold, as a missed leak hurts people,
    and ``room``, the ratio of upper to lower end, is 1 or less
    (:func:`training.evaluation.calibration.warnings_of`). Without leaks the lower end is the threshold.

    Args:
        scores: [N]; the good ones must come from scenes that the model was not trained on.
        labels: [N].
        scenes: the number of the scene of each good score, in their order; None makes each one of its own.
        budget: highest mean share, above 0 and below 1.
        margin: share of the lowest leak's score that a milder one may still have, above 0 and below 1.
    """
    require_share("budget", budget)
    require_share("margin", margin)
    values, is_leak = np.asarray(scores, dtype=np.float64), np.asarray(labels).astype(bool)
    leak = by_class(values, is_leak).leak
    good = values[~is_leak]
    if not good.size:
        raise TooFewPictures("scene_budget needs scores of good wells, and there are none: add some")
    numbers = np.arange(good.size) if scenes is None else np.asarray(scenes)
    lower = scene_cut(good, numbers, 1 - budget) * (1 + FLOAT32_NOISE)
    parameters: dict[str, JsonValue] = {"budget": budget, "margin": margin, "scenes": int(np.unique(numbers).size)}
    if not leak.size:
        return _threshold("scene_budget", lower, leak, parameters=parameters)
    upper = margin * float(leak[0])
    parameters["room"] = round(upper / lower, 3) if lower > 0 else 0.0
    value = math.sqrt(lower * upper) if upper > lower else upper
    return _threshold("scene_budget", value, leak, parameters=parameters)


STRATEGIES: Mapping[str, Strategy] = {
    "tpr1_quantile": tpr1_quantile,
    "decision_stump": decision_stump,
    "equal_error_rate": equal_error_rate,
    "max_balanced_accuracy": max_balanced_accuracy,
    "min_leak_score": min_leak_score,
    "false_alarm_budget": false_alarm_budget,
    "margin_middle": margin_middle,
    "scene_budget": scene_budget,
}

NEEDING_LEAKS = frozenset(STRATEGIES) - {"false_alarm_budget", "scene_budget"}

FITTED_TO_BOTH = frozenset({"decision_stump", "equal_error_rate", "max_balanced_accuracy", "scene_budget"})
"""Strategies whose escape bound is optimistic, as the leaks that state it helped to choose the cut."""


def _lowest_best(cuts: Array, merit: Array) -> float:
    """Of the best cuts (given in descending order) the lowest: an escape costs more than a false alarm."""
    return float(cuts[np.flatnonzero(np.isclose(merit, merit.max(), rtol=0, atol=1e-12))[-1]])


def _chosen_by_leaks(strategy: str, value: float, classes: Classes, parameters: dict[str, JsonValue]) -> Threshold:
    bound = upper_bound(int((classes.good >= value).sum()), classes.good.size)
    return _threshold(strategy, value, classes.leak, parameters=parameters, false_alarm_upper_bound=bound)


def _threshold(
    strategy: str,
    value: float,
    leak: Array,
    *,
    parameters: Mapping[str, JsonValue] | None = None,
    false_alarm_upper_bound: float | None = None,
    grey_zone_from: float | None = None,
) -> Threshold:
    if value <= 0:
        raise DataError(f"{strategy} gives the threshold {value:g}, which calls every well a leak: fit another model")
    return Threshold(
        value=value,
        strategy=strategy,
        parameters=dict(parameters or {}),
        grey_zone_from=grey_zone_from if grey_zone_from is not None and grey_zone_from < value else None,
        false_alarm_upper_bound=false_alarm_upper_bound,
        escape_upper_bound=upper_bound(int((leak < value).sum()), leak.size) if leak.size else None,
    )

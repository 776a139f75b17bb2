"""Strategies that choose the threshold: pure functions of (scores, labels), free of the score's scale.

Scores are one a group of equal pictures (:class:`training.dataset.data.Group`), labels 0 good and 1 leak. A score at
or above the threshold is a leak (:func:`service.contract.decision.decide`). Every result states the Clopper-Pearson
bound of the escape rate from the leaks at hand. The bound of the false-alarm rate is stated only where the good scores
did not choose the cut, or chose it by a rule that keeps its budget; after a cut that was fitted to both classes, the
bound of the escape rate is optimistic too, and held-out pictures must judge.
"""

import math
from collections.abc import Callable, Mapping

import numpy as np
from pydantic import JsonValue
from scipy.stats import binom
from sklearn.tree import DecisionTreeClassifier

from service.contract.errors import DataError, RecipeError, TooFewPictures
from service.contract.manifest import Threshold
from service.contract.scenes.rates import Scenes, scene_cut
from training.evaluation.rates import (
    CONFIDENCE,
    Array,
    Classes,
    Labels,
    Scores,
    both_classes,
    by_class,
    rates_at_cuts,
    upper_bound,
)

Strategy = Callable[..., Threshold]
GRID_STEPS = 1000
FLOAT32_NOISE = 5e-7


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
        margin: factor of 1 or more on the threshold, for wells unlike those of the calibration; the budget still holds.
    """
    if not 1 <= margin < math.inf:
        raise RecipeError(f"margin must be 1 or more, not {margin!r}: less would break the budget")
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
    """The geometric middle between a budget's cut and the mildest leak to be expected, never below that cut.

    Squared error goes with the square of the contrast: a leak at the share ``contrast`` of the mildest leak's contrast
    scores about ``contrast``² of it. Above the budget's cut lies room for wells of other scenes, below the leak
    for milder ones; where there is no room between, the budget decides.

    Args:
        scores: [N]; the good ones must come from wells that the model was not trained on.
        labels: [N]; of the leaks the lowest score counts.
        budget: highest share of good wells that may be called leak, as for ``false_alarm_budget``.
        contrast: of the mildest leak to be expected, as a share of the mildest one at hand; above 0 and below 1.
    """
    require_share("contrast", contrast)
    leak = both_classes(scores, labels).leak
    lowest = false_alarm_budget(scores, labels, budget=budget)
    value = max(lowest.value, math.sqrt(lowest.value * contrast**2 * float(leak[0])))
    parameters = {"budget": budget, "contrast": contrast}
    bound = lowest.false_alarm_upper_bound
    return _threshold("margin_middle", value, leak, parameters=parameters, false_alarm_upper_bound=bound)


def scene_budget(
    scores: Scores, labels: Labels, scenes: Scenes | None = None, *, budget: float = 0.05, margin: float = 0.75
) -> Threshold:
    """The geometric middle between a budget on good wells, as the mean over scenes, and what the leaks allow.

    Where there is no room between them, the leaks decide, as a missed leak hurts people; the parameter ``room``, the
    ratio of upper to lower end, is then 1 or less. Without leaks the budget decides.

    Args:
        scores: [N]; the good ones must come from scenes that the model was not trained on.
        labels: [N].
        scenes: the number of the scene of each good score, in their order; None makes each one of its own.
        budget: highest share called leak, as the mean over scenes; above 0 and below 1.
        margin: share of the lowest leak's score that a milder one may still have; above 0 and below 1.
    """
    require_share("budget", budget)
    require_share("margin", margin)
    leak, good = by_class(scores, labels).leak, np.asarray(scores)[~np.asarray(labels).astype(bool)]
    if not good.size:
        raise TooFewPictures("scene_budget needs scores of good wells, and there are none: add some")
    numbers = np.arange(good.size) if scenes is None else scenes
    lower = scene_cut(good, numbers, 1 - budget) * (1 + FLOAT32_NOISE)
    parameters: dict[str, JsonValue] = {"budget": budget, "margin": margin, "scenes": np.unique(numbers).size}
    if not leak.size:
        return _threshold("scene_budget", lower, leak, parameters=parameters)
    upper = margin * float(leak[0])
    value = math.sqrt(lower * upper) if upper > lower else upper
    return _threshold("scene_budget", value, leak, parameters=parameters | {"room": round(upper / lower, 3)})


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


def groups_needed(budget: float) -> int:
    """How many groups of good wells a budget needs: 299 for 1 %, 598 for 0.5 %.

    Raises:
        RecipeError: the budget is not above 0 and below 1.
    """
    require_share("budget", budget)
    return math.ceil(math.log(1 - CONFIDENCE) / math.log1p(-budget))


def tolerance_limit(good: Array, budget: float) -> tuple[float, float]:
    """A cut and the bound that it keeps, whatever the distribution (Wilks, Ann. Math. Stat. 12, 1941).

    Equality is a leak, so the cut lies above the order statistic, by what float32 scores of one picture differ between
    batches and machines: its own score, however often it occurs, passes.
    """
    needed = groups_needed(budget)
    if good.size < needed:
        raise TooFewPictures(
            f"a false-alarm budget of {budget:g} needs {needed} groups of good wells that the model was not trained on,"
            f" and there are {good.size}: keep more for calibration or allow a larger budget"
        )
    alarms = int(binom.ppf(1 - CONFIDENCE, good.size, budget)) - 1
    return float(good[good.size - 1 - alarms]) * (1 + FLOAT32_NOISE), upper_bound(alarms, good.size)


def require_share(name: str, value: JsonValue) -> None:
    """Refuse what is no number above 0 and below 1.

    Raises:
        RecipeError: it is none.
    """
    if not isinstance(value, float | int) or not 0 < value < 1:
        raise RecipeError(f"{name} must be above 0 and below 1, not {value!r}: correct it")


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
        lowest_leak=float(leak.min()) if leak.size and leak.min() > 0 else None,
    )

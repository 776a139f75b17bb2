from typing import get_args

import numpy as np
import pytest

from service.contract.decision import Verdict, decide
from service.contract.errors import DataError, RecipeError, TooFewPictures
from training.evaluation.strategies import NEEDING_LEAKS, STRATEGIES, false_alarm_budget, groups_needed
from training.evaluation.thresholds import choose_threshold, warnings_of
from training.recipe.parts import StrategyName

BUDGET_GOOD = [float(score) for score in range(1, 300)]  # 299 groups: just enough for 1 %
ABOVE_ONE = 1 + 5e-7
HALF_PERCENT_GOOD = [1.0] * 598  # just enough for 0.5 %


def labelled(good: list[float], leak: list[float]) -> tuple[np.ndarray, np.ndarray]:
    return np.array(good + leak), np.repeat([0, 1], [len(good), len(leak)])


@pytest.mark.parametrize(
    ("strategy", "good", "leak", "expected", "why"),
    [
        ("min_leak_score", [1, 2], [5, 9], 5.0, "the lowest leak is still found, as equality is a leak"),
        ("min_leak_score", [1, 7], [5, 9], 5.0, "good wells have no say"),
        ("tpr1_quantile", [1, 2], [5, 9], 4.5, "0.9 of the way up to the lowest leak"),
        ("decision_stump", [1, 2, 3], [5, 9], 4.0, "separable: half-way between the neighbours"),
        (
            "decision_stump",
            [1, 2, 3, 6],
            [5, 7, 8, 9],
            4.0,
            "one good well among the leaks costs less than one leak below",
        ),
        ("decision_stump", [1e-9, 2e-9], [5e-9, 9e-9], 3.5e-9, "scores closer than the tree's own resolution"),
        ("max_balanced_accuracy", [1, 2, 3], [5, 9], 4.0, "separable: half-way"),
        ("max_balanced_accuracy", [1, 2, 6, 7], [5, 6.5, 8, 9], 3.5, "of equally good cuts the one with fewer escapes"),
        ("equal_error_rate", [1, 2, 3, 6], [5, 7, 8, 9], 5.5, "one of four errs on each side"),
        ("equal_error_rate", [1, 2, 3], [5, 9], 4.0, "separable: both rates are zero"),
        (
            "false_alarm_budget",
            BUDGET_GOOD,
            [500],
            299 * (1 + 5e-7),
            "299 groups: no calibration well may be above",
        ),
        ("false_alarm_budget", BUDGET_GOOD, [], 299 * (1 + 5e-7), "a budget needs no leaks"),
        ("false_alarm_budget", [1.0] * 299, [], 1 + 5e-7, "a score that all share must pass"),
        ("margin_middle", HALF_PERCENT_GOOD, [9.0, 8.0], (0.49 * 8 * ABOVE_ONE) ** 0.5, "half-way to a leak at 70 %"),
        ("margin_middle", HALF_PERCENT_GOOD, [2.0], ABOVE_ONE, "no room: 0.98 is below the promise, which decides"),
        ("margin_middle", HALF_PERCENT_GOOD, [0.5], ABOVE_ONE, "leaks that look good do not break the promise"),
        ("scene_budget", [1.0] * 19 + [9], [16, 12], (9 * ABOVE_ONE) ** 0.5, "19 of 20 pass 1, 3/4 of the leak is 9"),
        ("scene_budget", [1.0] * 18 + [8, 9], [12], (8 * ABOVE_ONE * 9) ** 0.5, "18 of 20 are too few: 8 must pass"),
        (
            "scene_budget",
            [1.0] * 18 + [8, 9],
            [10],
            7.5,
            "no room: a missed leak hurts people",
        ),
        ("scene_budget", [1.0] * 20, [], ABOVE_ONE, "without leaks the budget alone cuts"),
    ],
)
def test_a_strategy_cuts_where_its_rule_says(
    strategy: str, good: list[float], leak: list[float], expected: float, why: str
) -> None:
    assert choose_threshold(strategy, *labelled(good, leak)).value == pytest.approx(expected, rel=1e-15), why


@pytest.mark.parametrize(
    ("scenes", "expected", "why"),
    [
        (None, 1.0, "19 of 20 wells pass at 1"),
        (list(range(20)), 1.0, "each well a scene: the same"),
        ([0] * 19 + [1], 4.0, "one of two scenes scores 4, however many pictures the other has"),
        ([0, *[1] * 19], 1.0, "1 of 19 pictures of one of two scenes: 0.026 of the mean"),
    ],
)
def test_a_budget_on_scenes_counts_each_scene_once(scenes: list[int] | None, expected: float, why: str) -> None:
    scores, labels = labelled([1.0] * 19 + [4.0], [])
    numbers = None if scenes is None else np.array(scenes)
    threshold = choose_threshold("scene_budget", scores, labels, {"budget": 0.05}, numbers)
    assert threshold.value == pytest.approx(expected, rel=1e-6), why
    assert threshold.parameters["scenes"] == (20 if scenes is None else len(set(scenes))), why


@pytest.mark.parametrize(
    ("leak", "room", "why"),
    [([12.0], 9.0, "nine times the lower end"), ([1.0], 0.75, "no room"), ([], None, "no leaks, no upper end")],
)
def test_a_budget_on_scenes_says_how_much_room_there_is(leak: list[float], room: float | None, why: str) -> None:
    threshold = choose_threshold("scene_budget", *labelled([1.0] * 20, leak))
    assert threshold.parameters.get("room") == room, why
    assert (threshold.escape_upper_bound is None) == (not leak), why
    assert bool(warnings_of(threshold)) == (room == 0.75), why


@pytest.mark.parametrize(
    ("groups", "budget", "alarms", "why"),
    [
        (299, 0.01, 0, "0.99 ** 299 is just below 5 %"),
        (472, 0.01, 0, "one alarm would need 473"),
        (473, 0.01, 1, "the second order statistic from above"),
        (598, 0.005, 0, "0.995 ** 598 is just below 5 %"),
        (2000, 0.01, 12, "a larger calibration set is allowed its share of alarms"),
    ],
)
def test_the_budget_allows_as_many_calibration_alarms_as_keep_the_promise(
    groups: int, budget: float, alarms: int, why: str
) -> None:
    scores = np.arange(1.0, groups + 1)
    threshold = false_alarm_budget(scores, np.zeros(groups), budget=budget)
    assert int((scores >= threshold.value).sum()) == alarms, why
    assert threshold.false_alarm_upper_bound is not None
    assert threshold.false_alarm_upper_bound <= budget, why


@pytest.mark.parametrize(("budget", "needed"), [(0.01, 299), (0.005, 598), (0.05, 59)])
def test_too_few_groups_are_told_how_many_are_needed(budget: float, needed: int) -> None:
    assert groups_needed(budget) == needed
    with pytest.raises(TooFewPictures, match=f"needs {needed} groups .* there are {needed - 1}"):
        false_alarm_budget(np.arange(1.0, needed), np.zeros(needed - 1), budget=budget)


def test_the_order_statistic_itself_is_judged_no_leak() -> None:
    threshold = choose_threshold("false_alarm_budget", *labelled(BUDGET_GOOD, []))
    assert decide(max(BUDGET_GOOD), threshold.value).verdict is Verdict.NO_LEAK


def test_rounding_of_float32_does_not_turn_the_order_statistic_into_a_leak() -> None:
    scores = np.random.default_rng(1).exponential(size=700).astype(np.float32)
    threshold = false_alarm_budget(scores, np.zeros(700)).value
    highest_passed = scores[scores < threshold].max()
    assert decide(float(np.nextafter(highest_passed, np.float32(np.inf))), threshold).verdict is Verdict.NO_LEAK


def test_the_promise_is_broken_no_oftener_than_promised() -> None:
    random = np.random.default_rng(7)
    repeats, groups, budget = 2000, 700, 0.01
    broken = 0
    for _ in range(repeats):
        threshold = false_alarm_budget(random.exponential(size=groups), np.zeros(groups), budget=budget).value
        broken += np.exp(-threshold) > budget  # the true false-alarm rate of an exponential score
    assert broken / repeats <= 0.065
    assert broken / repeats >= 0.02, "a rule that never breaks it wastes leaks"


def test_the_promise_also_holds_where_scores_have_ties() -> None:
    random = np.random.default_rng(8)
    broken = 0
    for _ in range(2000):
        threshold = false_alarm_budget(random.geometric(0.02, 700).astype(float), np.zeros(700), budget=0.01).value
        broken += 0.98 ** (np.ceil(threshold) - 1) > 0.01  # P(score >= threshold) of a geometric score
    assert broken / 2000 <= 0.065


def test_the_middle_of_the_margin_states_both_bounds_of_the_cut_it_makes() -> None:
    threshold = choose_threshold("margin_middle", *labelled(HALF_PERCENT_GOOD, [1.5, 9.0]))
    assert threshold.false_alarm_upper_bound is not None
    assert threshold.false_alarm_upper_bound <= 0.005
    assert threshold.escape_upper_bound == pytest.approx(1 - 0.05**0.5), "both leaks are found"
    assert threshold.parameters == {"budget": 0.005, "contrast": 0.7}


@pytest.mark.parametrize("contrast", [0.0, 1.0, -1.0, "much"])
def test_a_contrast_is_a_share(contrast: float | str) -> None:
    with pytest.raises(RecipeError, match="contrast"):
        choose_threshold("margin_middle", *labelled(HALF_PERCENT_GOOD, [9.0]), {"contrast": contrast})


def test_every_strategy_states_the_escape_bound_of_the_leaks_at_hand() -> None:
    scores, labels = labelled(BUDGET_GOOD + BUDGET_GOOD, [700.0 + step for step in range(60)])
    bounds = {name: choose_threshold(name, scores, labels).escape_upper_bound for name in STRATEGIES}
    assert bounds == dict.fromkeys(STRATEGIES, pytest.approx(1 - 0.05 ** (1 / 60)))


def test_a_cut_fitted_to_the_good_wells_claims_no_false_alarm_bound() -> None:
    scores, labels = labelled(BUDGET_GOOD + BUDGET_GOOD, [400.0, 500.0])
    claimed = {
        name for name in STRATEGIES if choose_threshold(name, scores, labels).false_alarm_upper_bound is not None
    }
    assert claimed == {"tpr1_quantile", "min_leak_score", "false_alarm_budget", "margin_middle"}


def test_a_grey_zone_starts_where_the_larger_budget_is_spent() -> None:
    good = [float(score) for score in range(1, 1001)]
    threshold = choose_threshold("false_alarm_budget", *labelled(good, []), {"budget": 0.01, "grey_zone_budget": 0.05})
    assert threshold.grey_zone_from is not None
    assert 950 < threshold.grey_zone_from < threshold.value
    assert threshold.parameters == {"budget": 0.01, "grey_zone_budget": 0.05}


def test_a_grey_zone_without_width_is_left_out() -> None:
    threshold = choose_threshold("false_alarm_budget", *labelled([1.0] * 400, []), {"grey_zone_budget": 0.05})
    assert threshold.grey_zone_from is None


@pytest.mark.parametrize(
    ("strategy", "parameters", "message"),
    [
        ("magic", {}, "'magic' is unknown: choose one of tpr1_quantile"),
        ("false_alarm_budget", {"bugdet": 0.01}, "no parameter 'bugdet': it takes budget, grey_zone_budget"),
        ("decision_stump", {"depth": 2}, "no parameter 'depth': it takes none"),
        ("false_alarm_budget", {"budget": 1}, "budget must be above 0 and below 1, not 1"),
        ("false_alarm_budget", {"budget": "1 %"}, "not '1 %'"),
        ("tpr1_quantile", {"quantile": 0}, "quantile must be"),
    ],
)
def test_a_wrong_recipe_is_told_what_is_right(strategy: str, parameters: dict[str, float], message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        choose_threshold(strategy, *labelled(BUDGET_GOOD, [400.0]), parameters)


def test_a_recipe_can_name_every_strategy_and_no_other() -> None:
    assert set(STRATEGIES) == set(get_args(StrategyName))


@pytest.mark.parametrize("strategy", sorted(NEEDING_LEAKS))
@pytest.mark.parametrize(("good", "leak", "missing"), [([], [1.0], "good wells"), ([1.0], [], "leaks")])
def test_a_missing_class_is_named(strategy: str, good: list[float], leak: list[float], missing: str) -> None:
    with pytest.raises(TooFewPictures, match=f"scores of {missing}"):
        choose_threshold(strategy, *labelled(good, leak))


def test_equal_scores_give_the_stump_nothing_to_split() -> None:
    with pytest.raises(DataError, match="tells nothing apart"):
        choose_threshold("decision_stump", *labelled([1.0, 1.0], [1.0]))


@pytest.mark.parametrize("strategy", ["min_leak_score", "tpr1_quantile", "equal_error_rate", "false_alarm_budget"])
def test_a_threshold_of_zero_is_refused(strategy: str) -> None:
    with pytest.raises(DataError, match="calls every well a leak"):
        choose_threshold(strategy, *labelled([0.0] * 299, [0.0]))

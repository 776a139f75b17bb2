import numpy as np
import pytest

from service.contract.errors import RecipeError, TooFewPictures
from training.evaluation.strategies import groups_needed
from training.evaluation.thresholds import calibrate, chosen, warnings_of, widened
from training.recipe.parts import ThresholdRule

BUDGET = ThresholdRule(strategy="false_alarm_budget", parameters={"budget": 0.01})


def test_enough_wells_keep_the_budget() -> None:
    assert widened(BUDGET, 299) is BUDGET


@pytest.mark.parametrize("groups", [1, 5, 58, 100, 298])
def test_too_few_wells_widen_the_budget_to_what_they_can_promise(groups: int) -> None:
    budget = widened(BUDGET, groups).parameters["budget"]
    assert isinstance(budget, float)
    assert budget > 0.01
    assert groups_needed(budget) <= groups


def test_a_rule_that_states_no_budget_is_widened_from_its_own_default() -> None:
    assert widened(ThresholdRule(strategy="margin_middle"), 598).parameters == {}
    assert widened(ThresholdRule(strategy="margin_middle"), 400).parameters == {"budget": 0.008}


def test_other_rules_stay_as_they_are() -> None:
    stump = ThresholdRule(strategy="decision_stump")
    assert widened(stump, 3) is stump


def test_a_widened_budget_still_separates() -> None:
    threshold = calibrate(BUDGET, np.linspace(1, 2, 40), [3.0, 4.0])
    assert 2.0 < threshold.value < 3.0
    assert threshold.parameters == {"budget": 0.073, "wished_budget": 0.01}


def test_who_asks_for_exactly_a_budget_is_told_how_many_wells_it_needs() -> None:
    with pytest.raises(TooFewPictures, match=r"needs 299 groups of good wells .* there are 40"):
        chosen(BUDGET, np.linspace(1, 2, 40), [3.0, 4.0])


def test_a_margin_raises_the_threshold_and_is_kept_when_the_budget_is_widened() -> None:
    good, leak = np.linspace(1, 2, 40), [30.0]
    plain = calibrate(BUDGET, good, leak)
    wide = calibrate(BUDGET.model_copy(update={"parameters": {"budget": 0.01, "margin": 1.5}}), good, leak)
    assert wide.value == pytest.approx(1.5 * plain.value)
    assert wide.parameters == {"budget": 0.073, "margin": 1.5, "wished_budget": 0.01}


@pytest.mark.parametrize("margin", [0.9, float("nan"), float("inf"), "1.5", True])
def test_a_margin_that_would_break_the_promise_is_refused(margin: float | str) -> None:
    with pytest.raises(RecipeError, match="margin"):
        calibrate(BUDGET.model_copy(update={"parameters": {"margin": margin}}), np.linspace(1, 2, 400), [3.0])


def test_a_rule_that_needs_leaks_gives_way_to_the_budget_on_scenes_where_there_are_none() -> None:
    threshold = calibrate(ThresholdRule(strategy="decision_stump"), np.linspace(1, 2, 101), [])
    assert threshold.strategy == "scene_budget"
    assert threshold.parameters["wished_strategy"] == "decision_stump"
    assert threshold.value == pytest.approx(1.95)
    assert "no leaks, which decision_stump needs" in warnings_of(threshold)[0]


def test_a_budget_on_scenes_is_never_widened() -> None:
    rule = ThresholdRule(strategy="scene_budget")
    assert widened(rule, 3) is rule
    assert calibrate(rule, [1.0, 1.0, 2.0], [8.0], [0, 0, 1]).parameters["scenes"] == 2

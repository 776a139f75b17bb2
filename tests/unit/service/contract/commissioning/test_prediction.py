import pytest

from service.contract.commissioning.cut import Terms, cut_for
from service.contract.commissioning.prediction import agreement, observed, predict
from service.contract.decision import Reason
from service.contract.manifest import SceneRate, Threshold
from tests.observations import observations, observed_scores, together

TERMS = Terms(Threshold(value=3.0, strategy="given"), lowest_leak=4.0)


def rate(value: float, low: float = 0.0, high: float = 1.0) -> SceneRate:
    return SceneRate(scenes=50, value=value, low=low, high=high)


def test_scenes_that_were_not_seen_behave_as_predicted() -> None:
    here, there = observations(300, 3, spread=0.5), observations(301, 3, spread=0.5)
    predicted, seen = predict(here, TERMS), observed(there, cut_for(here, TERMS).value)
    assert seen.alarms_by_scene.value > 0.01, "there is something to predict"
    for before, after in zip(predicted[:2], seen[:2], strict=True):
        assert agreement(before, after).within_factor
        assert agreement(before, after).in_interval


def test_what_is_doubted_and_scores_below_the_cut_is_unknown_and_above_it_an_alarm() -> None:
    steam = observed_scores([0.5, 9.0], [0, 1], [Reason.INPUT_STEAMED, Reason.INPUT_STEAMED])
    refused = observed_scores([float("nan")], [0], [Reason.INPUT_BLACK])
    seen = observed(together(steam, refused, observed_scores([0.5], [0])), 3.0)
    assert (seen.alarms.value, seen.unknown.value) == (0.25, 0.5)


def test_a_long_scene_weighs_by_its_pictures_in_one_share_and_as_one_scene_in_the_other() -> None:
    seen = observed(observed_scores([9.0] * 8 + [1.0, 1.0], [0] * 8 + [1, 2]), 3.0)
    assert seen.alarms.value == pytest.approx(0.8)
    assert seen.alarms_by_scene.value == pytest.approx(1 / 3)
    assert seen.alarms.low < 0.8 < seen.alarms.high


def test_nothing_is_predicted_to_be_impossible() -> None:
    predicted = predict(observations(40, 5, spread=0.01), TERMS)
    assert predicted.alarms_by_scene.value == pytest.approx(0.5 / 41)
    assert predicted.alarms_by_scene.low == 0
    assert predicted.unknown.value > 0


@pytest.mark.parametrize(
    ("before", "after", "factor", "interval"),
    [
        (rate(0.04), rate(0.08), True, True),
        (rate(0.04), rate(0.081), False, True),
        (rate(0.04, 0.01, 0.06), rate(0.07), True, False),
        (rate(0.04, 0.01, 0.06), rate(0.0), False, False),
    ],
)
def test_factor_and_interval_are_told_apart(before: SceneRate, after: SceneRate, factor: bool, interval: bool) -> None:
    found = agreement(before, after)
    assert (found.within_factor, found.in_interval) == (factor, interval)

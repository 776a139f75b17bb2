import tomllib

from service.contract.commissioning.commissioning import commission
from service.contract.commissioning.cut import Terms
from service.contract.commissioning.prediction import observed
from service.contract.commissioning.report import describe, describe_check, entry
from service.contract.manifest import Threshold
from service.monitoring.cameras_file import CameraThreshold
from tests.observations import observations, observed_scores, together

TERMS = Terms(Threshold(value=3.0, strategy="given"), lowest_leak=10.0)


def test_the_entry_is_one_of_the_cameras_file() -> None:
    outcome = commission(observations(), TERMS)
    assert outcome.cut is not None
    found = tomllib.loads("\n".join(entry("hall:2.7", "conv_ae-0123abcd", outcome)))
    threshold = CameraThreshold.model_validate(found["cameras"]["hall:2.7"]["threshold"])
    assert threshold.artifact == "conv_ae-0123abcd"
    assert abs(threshold.value / outcome.cut.value - 1) < 1e-5


def test_there_is_no_entry_without_a_cut() -> None:
    assert list(entry("cam-1", "conv_ae-0123abcd", commission(observations(5, 2), TERMS))) == []


def test_suspects_are_named_but_not_hundreds_of_them() -> None:
    leaks = observed_scores([20.0] * 100, range(100))
    lines = list(describe(commission(together(observations(), leaks), TERMS), TERMS))
    assert "pictures that score as leaks do: 100; look at them" in lines
    assert lines[-1] == "  ..."
    assert "  200.png" in lines
    assert "  299.png" not in lines


def test_a_check_says_whether_the_prediction_held() -> None:
    outcome = commission(observations(), TERMS)
    assert outcome.cut is not None
    assert outcome.predicted is not None
    same = list(describe_check(outcome.predicted, outcome.predicted))
    assert all("1.00 times (within a factor of 2, in the interval)" in line for line in same)
    worse = list(describe_check(outcome.predicted, observed(observations(middle=9.0), outcome.cut.value)))
    assert "NOT within a factor of 2, OUTSIDE the interval" in worse[0]

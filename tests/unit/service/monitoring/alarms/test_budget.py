"""How many false alarms a rule lets through."""

import numpy as np
import pytest

from service.contract.decision import Verdict
from service.monitoring.alarms.budget import alarms_per_hour
from service.monitoring.alarms.layer import AlarmLayer
from service.setting_groups import AlarmRule
from tests.decisions import a_decision


@pytest.mark.parametrize(
    "rule",
    [AlarmRule(confirmations=1, window=1), AlarmRule(confirmations=2, window=3), AlarmRule(confirmations=3, window=5)],
)
def test_the_budget_agrees_with_a_simulation_of_independent_errors(rule: AlarmRule) -> None:
    errors = np.random.default_rng(5).random(300_000) < 0.1
    assert simulated(rule, errors) / len(errors) == pytest.approx(alarms_per_hour(rule, 0.1, 1), rel=0.08)


def test_errors_that_come_in_runs_cost_more_alarms_than_the_budget_says() -> None:
    rule, share = AlarmRule(confirmations=2, window=3), 0.001
    random = np.random.default_rng(7)
    starts = random.random(400_000) < share / 4
    runs = np.convolve(starts, np.ones(4), mode="same") > 0
    assert runs.mean() == pytest.approx(share, rel=0.2)
    assert simulated(rule, runs) / len(runs) > 20 * alarms_per_hour(rule, share, 1)


def simulated(rule: AlarmRule, errors: np.ndarray) -> int:
    """Alarms of the real layer, each acknowledged at once."""
    layer = AlarmLayer(rule)
    bad = a_decision(Verdict.UNKNOWN)
    good = a_decision()
    count = 0
    for wrong in errors:
        alarm = layer.observe(bad if wrong else good)
        if alarm is not None:
            count += 1
            layer = AlarmLayer(rule)
    return count

"""From score to verdict."""

import math

import pytest

from service.contract.decision import decide


@pytest.mark.parametrize(
    ("score", "grey_zone_from", "verdict", "reason"),
    [
        pytest.param(0.0, None, "no_leak", "score_below_threshold", id="zero"),
        pytest.param(math.nextafter(1.0, 0.0), None, "no_leak", "score_below_threshold", id="just below"),
        pytest.param(1.0, None, "leak", "score_at_or_above_threshold", id="at the threshold it is a leak"),
        pytest.param(1e30, None, "leak", "score_at_or_above_threshold", id="far above"),
        pytest.param(0.8, 0.8, "unknown", "grey_zone", id="the grey zone includes its lower end"),
        pytest.param(0.79, 0.8, "no_leak", "score_below_threshold", id="below the grey zone"),
        pytest.param(1.0, 0.8, "leak", "score_at_or_above_threshold", id="the grey zone ends at the threshold"),
        pytest.param(math.nan, None, "unknown", "score_not_finite", id="not a number"),
        pytest.param(math.inf, None, "unknown", "score_not_finite", id="infinite"),
        pytest.param(-math.inf, None, "unknown", "score_not_finite", id="minus infinite"),
    ],
)
def test_a_score_becomes_a_verdict(score: float, grey_zone_from: float | None, verdict: str, reason: str) -> None:
    assert decide(score, 1.0, grey_zone_from) == (verdict, reason)


@pytest.mark.parametrize("threshold", [math.nan, math.inf])
def test_without_a_finite_threshold_nothing_is_known(threshold: float) -> None:
    assert decide(0.1, threshold).verdict == "unknown"

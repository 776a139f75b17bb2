from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given

from service.contract.decision import Decision, Reason, Verdict
from service.contract.manifest import Threshold
from service.control_room.what_if.rejudging import VERDICTS, part_of, rejudged, rejudged_all
from tests.decisions import a_decision
from tests.drawn_decisions import DECISIONS, THRESHOLD, TRIED


@given(decisions=DECISIONS, tried=TRIED)
def test_columns_are_judged_as_each_decision_alone(decisions: Sequence[Decision], tried: float) -> None:
    cut = THRESHOLD.moved_to(tried)
    found = rejudged_all(
        np.array([VERDICTS.index(one.verdict) for one in decisions], np.uint8),
        np.array([part_of(one.reason, one.score) for one in decisions], np.uint8),
        np.array([one.score for one in decisions], np.float64),
        cut.value,
        cut.grey_zone_from or np.inf,
    )
    assert [VERDICTS[code] for code in found] == [rejudged(one, cut).verdict for one in decisions]


@given(decisions=DECISIONS)
def test_the_threshold_on_record_changes_nothing(decisions: Sequence[Decision]) -> None:
    of_common = [one for one in decisions if one.camera_id != "cam-2"]
    assert [rejudged(one, THRESHOLD) for one in of_common] == [(one.verdict, one.reason) for one in of_common]


@pytest.mark.parametrize(
    ("reason", "score", "tried", "verdict", "now"),
    [
        (Reason.SCORE_BELOW_THRESHOLD, 0.1, 0.05, Verdict.LEAK, Reason.SCORE_AT_OR_ABOVE_THRESHOLD),
        (Reason.SCORE_AT_OR_ABOVE_THRESHOLD, 0.5, 0.6, Verdict.NO_LEAK, Reason.SCORE_BELOW_THRESHOLD),
        (Reason.INPUT_BLURRED, 0.1, 0.1, Verdict.LEAK, Reason.SCORE_AT_OR_ABOVE_THRESHOLD_INPUT_BLURRED),
        (Reason.SCORE_AT_OR_ABOVE_THRESHOLD_COVERED, 0.5, 0.6, Verdict.UNKNOWN, Reason.COVERED),
        (Reason.SCORE_NOT_FINITE, None, 0.1, Verdict.UNKNOWN, Reason.SCORE_NOT_FINITE),
        (Reason.SCORE_NEGATIVE, -1.0, 0.1, Verdict.UNKNOWN, Reason.SCORE_NEGATIVE),
        (Reason.FROZEN, None, 0.1, Verdict.UNKNOWN, Reason.FROZEN),
    ],
)
def test_a_decision_is_judged_again_by_its_score_and_its_doubt(
    reason: Reason, score: float | None, tried: float, verdict: Verdict, now: Reason
) -> None:
    leak = reason.startswith("score_at_or_above")
    before = Verdict.LEAK if leak else Verdict.NO_LEAK if reason is Reason.SCORE_BELOW_THRESHOLD else Verdict.UNKNOWN
    decision = a_decision(before, reason=reason, score=score)
    assert rejudged(decision, Threshold(value=tried, strategy="moved")) == (verdict, now)

"""A decision on record, judged again by its score with another cut: the rule, for one decision and for columns."""

from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from service.contract.decision import LEAK_DESPITE, Decision, Judgement, Reason, Verdict, decide
from service.contract.manifest import Threshold

VERDICTS: Final = (Verdict.NO_LEAK, Verdict.LEAK, Verdict.UNKNOWN)
NO_LEAK, LEAK, UNKNOWN = range(3)
"""Verdicts in columns: places in ``VERDICTS``."""

DOUBT_OF: Final = {**{doubt: doubt for doubt in LEAK_DESPITE}, **{both: doubt for doubt, both in LEAK_DESPITE.items()}}
_BY_THE_CUT: Final = frozenset(
    {Reason.SCORE_BELOW_THRESHOLD, Reason.SCORE_AT_OR_ABOVE_THRESHOLD, Reason.GREY_ZONE, *DOUBT_OF}
)

Booleans = NDArray[np.bool_]
Codes = NDArray[np.uint8]
Floats = NDArray[np.float64]


class CutPart(IntEnum):
    """The part that the cut plays in a verdict."""

    NONE = 0
    """It was not scored, or its score proves nothing."""

    ALONE = 1
    UNDER_DOUBT = 2
    """From the cut on it is ``leak``, and ``unknown`` below: the gate had a doubt that may hide a leak."""


def part_of(reason: Reason, score: float | None) -> CutPart:
    """Say which part the cut plays in a decision with that reason and score."""
    if score is None or reason not in _BY_THE_CUT:
        return CutPart.NONE
    return CutPart.UNDER_DOUBT if reason in DOUBT_OF else CutPart.ALONE


def rejudged(decision: Decision, threshold: Threshold) -> Judgement:
    """Judge a decision again by its score on record.

    >>> from service.contract.decision import Reason
    >>> part_of(Reason.FROZEN, None).name
    'NONE'
    """
    if decision.score is None or part_of(decision.reason, decision.score) is CutPart.NONE:
        return Judgement(decision.verdict, decision.reason)
    return decide(decision.score, threshold.value, threshold.grey_zone_from, DOUBT_OF.get(decision.reason))


def rejudged_all(verdicts: Codes, parts: Codes, scores: Floats, cut: float, grey_zone_from: float) -> Codes:
    """Judge columns again, as :func:`rejudged` does one by one.

    Args:
        verdicts: on record, [N] places in ``VERDICTS``.
        parts: [N] of ``CutPart``.
        scores: [N], NaN where there is none.
        cut: scores from here on are leaks.
        grey_zone_from: infinite where there is no grey zone.

    Returns:
        [N] places in ``VERDICTS``.
    """
    doubtful = (parts == CutPart.UNDER_DOUBT) | (scores >= grey_zone_from)
    found = np.where(doubtful, np.uint8(UNKNOWN), np.uint8(NO_LEAK))
    found[scores >= cut] = LEAK
    return np.where(parts == CutPart.NONE, verdicts, found)

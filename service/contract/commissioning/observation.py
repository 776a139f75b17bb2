"""What was seen of a camera before it is armed: scores, doubts of the gate, scenes; no labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan
from typing import Final

import numpy as np
from numpy.typing import NDArray

from service.contract.decision import Reason
from service.contract.detector import Detector
from service.contract.picture import Pixels
from service.contract.scenes.linking import scenes_of

Booleans = NDArray[np.bool_]
Vector = NDArray[np.float64]

TOGETHER: Final = 256

UNDOUBTED: Final = frozenset({Reason.SCORE_BELOW_THRESHOLD, Reason.SCORE_AT_OR_ABOVE_THRESHOLD, Reason.GREY_ZONE})
"""Reasons that the score alone gave: at another cut the same picture gets another verdict."""


@dataclass(frozen=True, slots=True)
class Observations:
    """Pictures of one camera, in one order.

    Args:
        names: of each picture, for people.
        scores: float64 [N]; NaN where the gate asked for none.
        reasons: of each verdict at the artefact's own threshold.
        scenes: the number of each picture's scene, [N].
        upside_down: share of the camera's pictures that are restored better upside down.
    """

    names: tuple[str, ...]
    scores: Vector
    reasons: tuple[Reason, ...]
    scenes: NDArray[np.int32]
    upside_down: float

    @property
    def doubted(self) -> Booleans:
        """Pictures that no score proves good, [N]."""
        return np.array([reason not in UNDOUBTED for reason in self.reasons], bool)

    @property
    def scene_count(self) -> int:
        """How many scenes there are."""
        return len(np.unique(self.scenes))

    def alarms(self, cut: float) -> Booleans:
        """What would be called ``leak`` at a cut, [N]."""
        return np.asarray(self.scores >= cut)  # nothing that is not a number is

    def unknowns(self, cut: float) -> Booleans:
        """What would be called ``unknown`` at a cut, [N]."""
        return np.asarray(self.doubted & ~self.alarms(cut))

    def where(self, chosen: Booleans) -> "Observations":
        """The pictures that are chosen, [N]."""
        rows = np.flatnonzero(chosen)
        reasons = tuple(self.reasons[row] for row in rows)
        names = tuple(self.names[row] for row in rows)
        return Observations(names, self.scores[rows], reasons, self.scenes[rows], self.upside_down)


def observe(detector: Detector, names: Sequence[str], pictures: Sequence[Pixels]) -> Observations:
    """Judge pictures, one at least, as the service would, and link them to scenes.

    Raises:
        ScoringFailed: the scorer cannot be trusted.
    """
    detections = detector.judge_many(pictures)
    scores = np.array([nan if one.score is None else one.score for one in detections], np.float64)
    reasons = tuple(one.reason for one in detections)
    return Observations(tuple(names), scores, reasons, scenes_of(pictures), upside_down(detector, pictures))


def upside_down(detector: Detector, pictures: Sequence[Pixels]) -> float:
    """Share of pictures, one at least, that score lower upside down than as they are.

    What was taught on upright wells restores these better: a few in a hundred, since the neck between two wells looks
    much the same from either side, and nearly all of a camera that hangs the wrong way round.

    Raises:
        ScoringFailed: the scorer cannot be trusted.
    """
    lower = 0
    for start in range(0, len(pictures), TOGETHER):
        some = pictures[start : start + TOGETHER]
        turned = detector.score([np.ascontiguousarray(picture[::-1]) for picture in some])
        lower += int((turned < detector.score(some)).sum())
    return lower / len(pictures)

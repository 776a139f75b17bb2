"""Observations of a camera before it is armed, drawn without a model."""

from collections.abc import Sequence

import numpy as np

from service.contract.commissioning.observation import Observations
from service.contract.decision import Reason


def observations(scenes: int = 40, frames: int = 5, *, spread: float = 0.25, middle: float = 1.0) -> Observations:
    """Good wells: scores of each scene lie around its own level, those levels log-normally around ``middle``."""
    random = np.random.default_rng([scenes, frames])
    levels = middle * np.exp(random.normal(0, spread, scenes))
    scores = np.repeat(levels, frames) * random.uniform(0.98, 1.02, scenes * frames)
    return observed_scores(scores.tolist(), np.repeat(np.arange(scenes), frames).tolist())


def observed_scores(
    scores: Sequence[float], scenes: Sequence[int], reasons: Sequence[Reason] | None = None
) -> Observations:
    """Pictures by their scores; nothing is doubted unless the reasons say so."""
    names = tuple(f"{row}.png" for row in range(len(scores)))
    given = tuple(reasons or [Reason.SCORE_BELOW_THRESHOLD] * len(scores))
    return Observations(names, np.array(scores, np.float64), given, np.array(scenes, np.int32), upside_down=0.03)


def together(*parts: Observations) -> Observations:
    """All pictures of all parts, which share no scene."""
    scores: list[float] = []
    scenes: list[int] = []
    reasons: list[Reason] = []
    for part in parts:
        first = max(scenes, default=-1) + 1
        scores += part.scores.tolist()
        scenes += [first + scene for scene in part.scenes.tolist()]
        reasons += part.reasons
    return observed_scores(scores, scenes, reasons)

"""The cut for one camera: between what its good wells need and what known leaks allow."""

from dataclasses import dataclass
from math import sqrt
from typing import Final, NamedTuple

import numpy as np

from service.contract.commissioning.observation import Booleans, Observations
from service.contract.manifest import Threshold
from service.contract.scenes.rates import scene_cut


@dataclass(frozen=True, slots=True)
class Terms:
    """What is known before a picture of the camera is seen.

    Args:
        threshold: the artefact's own.
        lowest_leak: lowest score of a known leak; None where nobody knows one.
        budget: share of pictures called ``leak``, as the mean over scenes, that the lower end lets be.
        margin: share of the lowest leak's score that a milder leak may still have: no cut lies higher.
    """

    threshold: Threshold
    lowest_leak: float | None = None
    budget: float = 0.05
    margin: float = 0.75

    @property
    def upper(self) -> float:
        """No cut lies above; without a known leak that is the artefact's own."""
        return self.threshold.value if self.lowest_leak is None else self.margin * self.lowest_leak


FLOAT32_NOISE: Final = 5e-7


class Cut(NamedTuple):
    """A cut between both ends, on the scale of the score."""

    value: float
    lower: float
    upper: float

    @property
    def room(self) -> float:
        """The upper end as a multiple of the lower."""
        return self.upper / self.lower


def suspected(seen: Observations, terms: Terms) -> Booleans:
    """Pictures that score as known leaks do, [N]: they are alarms at any cut, and say nothing of good wells."""
    return seen.alarms(terms.upper)


def cut_for(seen: Observations, terms: Terms) -> Cut:
    """The geometric middle of both ends, whichever leaks hide among the pictures.

    The lower end comes from pictures that the gate does not doubt and that are not suspected, so that leaks among them
    cannot lift the cut above what known leaks allow. Without a known leak it stays the artefact's own.

    Args:
        seen: of which one picture at least is neither doubted nor suspected.
        terms: the budget, and what is known of leaks.
    """
    body = seen.where(~seen.doubted & ~suspected(seen, terms) & np.isfinite(seen.scores))
    lower = scene_cut(body.scores, body.scenes, 1 - terms.budget) * (1 + FLOAT32_NOISE)
    if terms.lowest_leak is None:
        return Cut(terms.upper, lower, terms.upper)
    return Cut(min(sqrt(lower * terms.upper), terms.upper), lower, terms.upper)

"""The system as a gauge: how much the score of an unchanged well varies, against the distance to the threshold."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from service.contract.scenes.rates import Z

LONGEST_PAUSE = timedelta(seconds=5)
"""Pictures further apart may show another well: between them nothing is compared."""

FEWEST = 10
"""Differences below which no deviation is stated."""

SIGMAS = 3.0
"""Tolerance of one side: 6 sigma against twice the distance to the one limit."""

Array = NDArray[np.float64]


class Measured(NamedTuple):
    """One picture of a good well: ``ratio`` is its score over the threshold."""

    camera_id: str | None
    well_id: str | None
    artifact: str
    at: datetime
    ratio: float


@dataclass(slots=True)
class Repeatability:
    """One camera with one artefact; scores as shares of the threshold, so that the threshold is 1.

    ``sigma`` is the repeatability (equipment variation) from ``differences`` of successive pictures of one well, with
    its interval; null where they are too few. ``grr_percent``: sigma over the deviation of all scores;
    ``tolerance_percent``: 3 sigma over the distance of the mean from the threshold; ``categories``: how many levels of
    wells the score tells apart (ndc). ``nearest_well`` is the well whose mean is nearest to the threshold, so many
    sigma away.
    """

    camera_id: str | None
    artifact: str
    wells: int
    pictures: int
    differences: int
    mean: float
    sigma: float | None = None
    sigma_low: float | None = None
    sigma_high: float | None = None
    grr_percent: float | None = None
    tolerance_percent: float | None = None
    categories: int | None = None
    nearest_well: str | None = None
    nearest_sigmas: float | None = None


def repeatability_of(pictures: Sequence[Measured]) -> list[Repeatability]:
    """Measure each camera with each artefact, cameras in order."""
    groups: dict[tuple[str, str], list[Measured]] = defaultdict(list)
    for picture in pictures:
        groups[picture.camera_id or "", picture.artifact].append(picture)
    return [_of_group(group) for _, group in sorted(groups.items())]


def _of_group(pictures: Sequence[Measured]) -> Repeatability:
    wells: dict[str | None, list[Measured]] = defaultdict(list)
    for picture in sorted(pictures, key=lambda each: each.at):
        wells[picture.well_id].append(picture)
    ratios: Array = np.array([picture.ratio for picture in pictures])
    steps: Array = np.concatenate([_steps(some) for some in wells.values()])
    found = Repeatability(
        pictures[0].camera_id, pictures[0].artifact, len(wells), len(pictures), len(steps), float(ratios.mean())
    )
    if len(steps) >= FEWEST:
        _add_sigma(found, ratios, steps)
        _add_nearest(found, wells)
    return found


def _steps(pictures: Sequence[Measured]) -> Array:
    return np.array([b.ratio - a.ratio for a, b in pairwise(pictures) if b.at - a.at <= LONGEST_PAUSE])


def _add_sigma(found: Repeatability, ratios: Array, steps: Array) -> None:
    """Half the mean square successive difference (von Neumann, 1941), which a slow drift of the well hardly touches.

    It has about two thirds of the differences as degrees of freedom; the quantiles of chi-square are those of Wilson
    and Hilferty (1931).
    """
    found.sigma = sigma = math.sqrt(float((steps**2).mean()) / 2)
    freedom = 2 * len(steps) / 3
    found.sigma_low = sigma / math.sqrt(_chi_square_over_freedom(freedom, Z))
    found.sigma_high = sigma / math.sqrt(_chi_square_over_freedom(freedom, -Z))
    total, distance = float(ratios.std(ddof=1)), 1 - found.mean
    if total > 0:
        found.grr_percent = 100 * sigma / total
    if distance > 0:
        found.tolerance_percent = 100 * SIGMAS * sigma / distance
    if sigma > 0:
        found.categories = int(math.sqrt(2 * max(0.0, total**2 - sigma**2)) / sigma)


def _chi_square_over_freedom(freedom: float, z: float) -> float:
    return float((1 - 2 / (9 * freedom) + z * math.sqrt(2 / (9 * freedom))) ** 3)


def _add_nearest(found: Repeatability, wells: Mapping[str | None, Sequence[Measured]]) -> None:
    means = {well: sum(one.ratio for one in some) / len(some) for well, some in wells.items()}
    found.nearest_well = nearest = max(means, key=lambda well: means[well])
    if found.sigma:
        found.nearest_sigmas = (1 - means[nearest]) / found.sigma

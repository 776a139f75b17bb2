"""The gate's limits, learnt from good wells: what they measure, and how faults drawn on them differ."""

import math
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from service.contract.decision import Reason
from service.contract.manifest import GateLimits, Range
from service.contract.picture import Pixels
from service.contract.usability import FIGURES, LEAST, SMALLEST_SIDE, measure
from training import stress
from training.detectors import FOLDS, Cases, learn_detector, scene_folds
from training.faults import FAMILIES, recompressed, simulate
from training.tails import tail_end

Matrix = NDArray[np.float64]

DRAWN: Final = 1500
FEWEST_FOR_DETECTORS: Final = 100
SIZE_FACTOR: Final = 2.0
ASPECT_FACTOR: Final = 1.4
LEAST_STEP: Final = 0.03
"""Mean difference of two rows below which one is a copy of the other, compressed or not."""

BOUNDED_BELOW: Final = ("brightness", "contrast", "sharpness", "fineness", "quietest_block", "dullest_row")
"""Nothing has an upper limit: torn metal has more contrast and edges than any good well."""

REFUSED: Final = 2e-5
REFUSED_MORE: Final = {
    "input_steamed": 4e-4,
    "input_upside_down": 1e-4,
    "input_blurred": 1e-4,
    "input_dark": 2e-4,
    "input_bright": 2e-4,
    "input_colour": 3e-4,
    "input_incomplete": 1e-4,
    "contrast": 1e-4,
}
"""Share of good wells that one limit may refuse by its exponential tail. Added up that is 0.16 %; real tails end sooner
and the same wells break several limits, so that held-out wells are refused less often than 0.1 %. Most goes to where
good wells and faults overlap: the palest good wells are hidden by steam."""

HARMLESS: Final = {name: 0.6 if name == "light" else 1.0 for name in stress.NUISANCES if name not in {"blur", "steam"}}
"""Nuisances that must pass, up to this strength: what blurs or veils more than good wells do is a fault."""


def learn(good: Sequence[Pixels], leaks: Sequence[Pixels] = (), *, seed: int = 0, drawn: int = DRAWN) -> GateLimits:
    """Learn limits from good wells; with fewer than 100 only the plain figures are limited.

    One thread of linear algebra is enough, and gives the same limits on every machine with the same libraries.

    Args:
        good: pictures of good wells, each content once.
        leaks: real leaks, if any; they and drawn ones must pass, since the score judges them.
        seed: of scenes and drawn pictures.
        drawn: how many pictures to draw of each family.
    """
    with threadpool_limits(1):
        return _learn(good, leaks, seed, drawn)


def _learn(good: Sequence[Pixels], leaks: Sequence[Pixels], seed: int, drawn: int) -> GateLimits:
    rng = np.random.default_rng(seed)
    figures, features = _measure(good)
    again, _ = _measure(recompressed(good[row], int(rng.integers(70, 97))) for row in _some(len(good), drawn, rng))
    ranges = _figure_ranges(np.concatenate((figures, again)))
    detectors: dict[Reason, tuple[float, ...]] = {}
    if len(good) >= FEWEST_FOR_DETECTORS:
        cases = Cases(features, scene_folds(features, seed))
        also_usable = _also_usable(good, leaks, drawn, rng)
        for reason in FAMILIES:
            detector = learn_detector(
                cases, also_usable, _faulty(reason, good, cases, drawn, rng), _refused(reason.value)
            )
            detectors[reason] = tuple(float(f"{weight:.6g}") for weight in detector.weights)
            ranges[reason.value] = Range(high=round(detector.limit, 4))
    return GateLimits(**_size_ranges(good), figures=ranges, detectors=detectors)


def _refused(limit: str) -> float:
    return REFUSED_MORE.get(limit, REFUSED)


def _measure(pictures: Iterable[Pixels]) -> tuple[Matrix, Matrix]:
    """Figures and features of pictures, a row each."""
    measured = [measure(picture) for picture in pictures]
    return np.array([one.figures for one in measured], float), np.array([one.features for one in measured], float)


def _some(total: int, wanted: int, rng: np.random.Generator) -> list[int]:
    return [int(row) for row in rng.permutation(total)[:wanted]]


def _also_usable(good: Sequence[Pixels], leaks: Sequence[Pixels], drawn: int, rng: np.random.Generator) -> Cases:
    strongest = {**HARMLESS, **dict.fromkeys(stress.LEAKS, 1.0)}
    pictures = (
        stress.apply(family, good[row], float(rng.uniform(0.2, strength)), row)
        for family, strength in strongest.items()
        for row in _some(len(good), drawn // len(strongest), rng)
    )
    features = _measure((*leaks, *pictures))[1]
    return Cases(features, rng.integers(0, FOLDS, len(features)))


def _faulty(reason: Reason, good: Sequence[Pixels], cases: Cases, drawn: int, rng: np.random.Generator) -> Cases:
    rows = _some(len(good), drawn, rng)
    return Cases(_measure(simulate(reason, good[row], rng) for row in rows)[1], cases.folds[rows])


def _figure_ranges(figures: Matrix) -> dict[str, Range]:
    columns = dict(zip(FIGURES, np.log(figures + LEAST).T, strict=True))
    ends = {name: math.exp(-tail_end(-columns[name], _refused(name))) - LEAST for name in BOUNDED_BELOW}
    ends["dullest_row"] = max(ends["dullest_row"], LEAST_STEP)
    return {name: Range(low=round(max(end, 0.0), 4)) for name, end in ends.items()}


def _size_ranges(good: Sequence[Pixels]) -> dict[str, Range]:
    """Half to double the sizes seen, proportions up to 1.4 times beyond those seen: crops of other wells differ."""
    height, width = np.array([picture.shape[:2] for picture in good], float).T
    aspect = width / height
    return {
        "width": _size_range(width),
        "height": _size_range(height),
        "aspect": Range(low=round(aspect.min() / ASPECT_FACTOR, 4), high=round(aspect.max() * ASPECT_FACTOR, 4)),
    }


def _size_range(sides: NDArray[np.float64]) -> Range:
    return Range(low=max(SMALLEST_SIDE, math.floor(sides.min() / SIZE_FACTOR)), high=sides.max() * SIZE_FACTOR)

"""The gate's limits, learnt from good wells: what they measure, how corrupted ones differ, what the score endures."""

import math
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from service.contract.decision import Reason
from service.contract.detector import Detector
from service.contract.gate.figures import FEATURES, FIGURES, LEAST, SMALLEST_SIDE, measure, reduced
from service.contract.manifest import GateLimits, Range
from service.contract.picture import Pixels
from training.dataset.splits import Split
from training.gate.cases import clear_leaks, coarse, disturbances, drawn_leaks, endurable, some
from training.gate.detectors import FOLDS, Cases, Folds, learn_detector, scene_folds
from training.gate.robustness import endured
from training.gate.tails import tail_end
from training.synthetic.augmentation import reduced as shrunk
from training.synthetic.corruption_table import REASONS
from training.synthetic.corruptions import Random
from training.synthetic.eight_bits import recompressed

Matrix = NDArray[np.float64]

NOTHING_ENDURED: Final[Mapping[str, float]] = MappingProxyType({})
DRAWN: Final = 1500
DRAWN_LEAKS: Final = 500
FEWEST_FOR_DETECTORS: Final = 100
SIZE_FACTOR: Final = 2.0
ASPECT_FACTOR: Final = 1.4
BOUNDED_BELOW: Final = ("brightness", "contrast", "sharpness", "fineness")
"""Nothing has an upper limit: torn metal has more contrast and edges than any good well."""

REFUSED: Final = 2e-5
REFUSED_MORE: Final = {
    "input_steamed": 1e-3,
    "input_upside_down": 1e-4,
    "input_blurred": 1e-4,
    "input_dark": 2e-4,
    "input_bright": 2e-4,
    "input_colour": 3e-4,
    "input_incomplete": 1e-4,
    "contrast": 1e-4,
}
"""Share of good wells that one limit may refuse by its exponential tail. Added up that is 0.22 %; real tails end sooner
and the same wells break several limits, so that held-out wells are refused less often than 0.1 %. Most goes to where
good wells and corrupted ones overlap: the palest good wells are hidden by steam."""


def learn_gate(parts: Split, detector: Detector) -> GateLimits:
    """Learn what a usable picture measures, and how far the score can be trusted beyond good wells.

    Calibration and report stay unseen, so that they can judge the gate.
    """
    good = [group.picture for group in (*parts.fit_good, *parts.choice_good)]
    wells = good or [group.picture for group in parts.calibration_good]
    leaks = [group.picture for group in parts.choice_leak]
    found = [shrunk(leak) for leak in leaks]
    drawn = clear_leaks([shrunk(well) for well in wells], DRAWN_LEAKS, np.random.default_rng(0))
    return learn(wells, leaks, endured([*found, *drawn], detector.finds))


def learn(
    good: Sequence[Pixels],
    leaks: Sequence[Pixels] = (),
    endured: Mapping[str, float] = NOTHING_ENDURED,
    *,
    seed: int = 0,
    drawn: int = DRAWN,
) -> GateLimits:
    """Learn limits from good wells; with fewer than 100 only the plain figures are limited.

    A limit lies where good wells end, with a margin, or further out where the score is known to find leaks still. Large
    pictures are drawn on as the gate measures them, reduced. One thread of linear algebra is enough, and gives the same
    limits on every machine with the same libraries.

    Args:
        good: pictures of good wells, each content once.
        leaks: real leaks, if any; they and drawn ones must pass, since the score judges them.
        endured: how much of each corruption must pass (:func:`training.gate.robustness.endured`).
        seed: of scenes and drawn pictures.
        drawn: how many pictures to draw of each family.
    """
    with threadpool_limits(1):
        small, small_leaks = ([np.asarray(reduced(one), np.uint8) for one in pictures] for pictures in (good, leaks))
        limits = _learn(small, small_leaks, endured, np.random.default_rng(seed), drawn)
    return limits.model_copy(update=_size_ranges(good))


def _learn(
    good: Sequence[Pixels], leaks: Sequence[Pixels], endured: Mapping[str, float], rng: Random, drawn: int
) -> GateLimits:
    figures, features = _measure(good)
    again, _ = _measure(recompressed(good[row], int(rng.integers(70, 97))) for row in some(len(good), drawn, rng))
    borne, borne_features = _measure(endurable(good, endured, drawn, rng))
    ranges = _figure_ranges(np.concatenate((figures, again)), borne)
    detectors: dict[Reason, tuple[float, ...]] = {}
    if len(good) >= FEWEST_FOR_DETECTORS:
        known = Cases(features, scene_folds(features, int(rng.integers(2**31))))
        found = (*leaks, *drawn_leaks(good, drawn, rng))
        others = (*found, *disturbances(good, drawn, rng), *endurable(found, endured, drawn, rng))
        usable = _beside(np.concatenate((_measure(others)[1], borne_features)), known.folds[:0], rng)
        for reason in REASONS:
            rows = some(len(good), drawn, rng)
            coarsely = _beside(_measure(coarse(reason, good, found, rows, rng))[1], known.folds[rows], rng)
            detector = learn_detector(known, usable, coarsely, _refused(reason.value))
            detectors[reason] = tuple(float(f"{weight:.6g}") for weight in detector.weights)
            ranges[reason.value] = Range(high=round(detector.limit, 4))
    return GateLimits(figures=ranges, detectors=detectors)


def _refused(limit: str) -> float:
    return REFUSED_MORE.get(limit, REFUSED)


def _measure(pictures: Iterable[Pixels]) -> tuple[Matrix, Matrix]:
    """Figures and features of pictures, a row each."""
    measured = [measure(picture) for picture in pictures]
    figures = np.array([one.figures for one in measured], float).reshape(-1, len(FIGURES))
    return figures, np.array([one.features for one in measured], float).reshape(-1, FEATURES + 1)


def _beside(features: Matrix, folds: Folds, rng: Random) -> Cases:
    """Cases of which the first have known folds; the others get any."""
    return Cases(features, np.concatenate((folds, rng.integers(0, FOLDS, len(features) - len(folds)))))


def _figure_ranges(good: Matrix, borne: Matrix) -> dict[str, Range]:
    """Lower limits: where good wells end, or where what they must bear ends, whichever is lower."""
    columns = dict(zip(FIGURES, np.log(good + LEAST).T, strict=True))
    ends = {name: math.exp(-tail_end(-columns[name], _refused(name))) - LEAST for name in BOUNDED_BELOW}
    if len(borne):
        lowest = dict(zip(FIGURES, borne.min(axis=0).tolist(), strict=True))
        ends = {name: min(end, lowest[name]) for name, end in ends.items()}
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

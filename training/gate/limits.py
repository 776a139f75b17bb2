"""The gate's limits, learnt from good wells: what they measure, how corrupted ones differ, what the score endures."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, islice
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from service.contract.decision import Reason
from service.contract.detector import Detector
from service.contract.gate.figures import FIGURES, MOST, SMALLEST_SIDE, Floats, features_of, measure
from service.contract.manifest import GateLimits, InputSpec, Range
from service.contract.picture import Pixels, to_pixels
from training.dataset.data import small_pictures
from training.dataset.kept_pictures import Pictures, reduced
from training.dataset.splits import Split
from training.gate.bounds import BOUNDS, ranges_of
from training.gate.cases import clear_leaks, coarse, disturbances, drawn_leaks, endurable, just_coarse, some
from training.gate.detectors import FOLDS, Cases, Folds, Matrix, learn_detector, scene_folds
from training.gate.robustness import endured
from training.synthetic.corruptions import Random
from training.synthetic.eight_bits import recompressed

NOTHING_ENDURED: Final[Mapping[str, float]] = MappingProxyType({})
DRAWN: Final = 1500
DRAWN_LEAKS: Final = 500
FEWEST_FOR_DETECTORS: Final = 100
SIZE_FACTOR: Final = 2.0
ASPECT_FACTOR: Final = 1.4
DETECTED: Final = (Reason.INPUT_STEAMED,)
"""Where no figure alone tells: a leak under a veil has the contrast of a good well."""

REFUSED: Final = 7e-3
"""Share of good wells that a detector may refuse by its exponential tail, where faults begin right there. Real
tails end sooner: of good wells of scenes that were held out it refuses hardly any."""


def learn_gate(parts: Split, detector: Detector) -> GateLimits:
    """Learn what a usable picture measures, and how far the score can be trusted beyond good wells.

    Calibration and report stay unseen, so that they can judge the gate.
    """
    good = (*parts.fit_good, *parts.choice_good, *parts.site_choice_good) or parts.calibration_good
    wells, leaks = small_pictures(good), small_pictures(parts.cut_leak)
    drawn = clear_leaks(wells, DRAWN_LEAKS, np.random.default_rng(0))
    limits = learn(wells, detector.input, leaks, endured([*leaks, *drawn], detector.finds))
    return limits.model_copy(update=size_ranges([group.size for group in good]))


def learn(
    good: Sequence[Pixels],
    spec: InputSpec,
    leaks: Sequence[Pixels] = (),
    endured: Mapping[str, float] = NOTHING_ENDURED,
    *,
    seed: int = 0,
    drawn: int = DRAWN,
) -> GateLimits:
    """Learn limits from good wells; with fewer than 100 only single figures are limited.

    Large pictures are drawn on reduced. One thread of linear algebra is enough, and gives the same limits on every
    machine with the same libraries.

    Args:
        good: pictures of good wells, each content once.
        spec: the model's input, on which is measured.
        leaks: real leaks, if any; they and drawn ones must pass, since the score judges them.
        endured: how much of each corruption must pass (:func:`training.gate.robustness.endured`).
        seed: of scenes and drawn pictures.
        drawn: how many pictures to draw of each family.
    """
    with threadpool_limits(1):
        small = Pictures([partial(_reduced, good, place) for place in range(len(good))])
        small_leaks = [reduced(leak) for leak in leaks]
        limits = _learn(small, small_leaks, spec, endured, np.random.default_rng(seed), drawn)
    return limits.model_copy(update=size_ranges([picture.shape[:2] for picture in good]))


def _learn(
    good: Sequence[Pixels],
    leaks: Sequence[Pixels],
    spec: InputSpec,
    endured: Mapping[str, float],
    rng: Random,
    drawn: int,
) -> GateLimits:
    def measured(pictures: Iterable[Pixels]) -> Floats:
        return measure_each(pictures, spec)

    figures = measured(good)
    again = measured(recompressed(good[row], int(rng.integers(70, 97))) for row in some(len(good), drawn, rng))
    found = (*leaks, *drawn_leaks(good, drawn, rng))
    everything = Pictures([*_places(good), *_places(found)])
    usable = measured(chain(found, disturbances(good, drawn, rng), endurable(everything, endured, drawn, rng)))
    begins = {bound: measured(just_coarse(bound, good, some(len(good), drawn, rng), rng)) for bound in BOUNDS}
    ranges = ranges_of(np.concatenate((figures, again)), usable, begins)
    detectors: dict[Reason, tuple[float, ...]] = {}
    if len(good) >= FEWEST_FOR_DETECTORS:
        known = Cases(_features(figures), scene_folds(good, int(rng.integers(2**31))))
        others = _beside(usable, known.folds[:0], rng)
        for reason in DETECTED:
            rows = some(len(good), drawn, rng)
            coarsely = _beside(measured(coarse(reason, good, found, rows, rng)), known.folds[rows], rng)
            detector = learn_detector(known, others, coarsely, REFUSED)
            detectors[reason] = tuple(float(f"{weight:.6g}") for weight in detector.weights)
            ranges[reason.value] = Range(high=round(detector.limit, 4))
    return GateLimits(figures=ranges, detectors=detectors)


def measure_each(pictures: Iterable[Pixels], spec: InputSpec) -> Floats:
    """Measure pictures of any sizes on the model's pixels, [N, figures]; few are held at once."""
    runs = _runs(to_pixels(picture, spec) for picture in pictures)
    return np.concatenate([np.zeros((0, len(FIGURES)), np.float32), *(measure(np.stack(run)) for run in runs)])


def _runs(pixels: Iterable[Pixels]) -> Iterator[list[Pixels]]:
    ahead = iter(pixels)
    while run := list(islice(ahead, MOST)):
        yield run


def _reduced(pictures: Sequence[Pixels], place: int) -> Pixels:
    return reduced(pictures[place])


def _places(pictures: Sequence[Pixels]) -> Iterator[Callable[[], Pixels]]:
    for place in range(len(pictures)):
        yield partial(pictures.__getitem__, place)


def _features(figures: Floats) -> Matrix:
    return features_of(figures).astype(np.float64)


def _beside(figures: Floats, folds: Folds, rng: Random) -> Cases:
    """Cases of which the first have known folds; the others get any."""
    more = rng.integers(0, FOLDS, len(figures) - len(folds))
    return Cases(_features(figures), np.concatenate((folds, more)))


def size_ranges(sizes: Sequence[tuple[int, ...]]) -> dict[str, Range]:
    """Half to double the sizes seen, proportions up to 1.4 times beyond those seen: crops of other wells differ."""
    height, width = np.array(sizes, float).T
    aspect = width / height
    return {
        "width": _size_range(width),
        "height": _size_range(height),
        "aspect": Range(low=round(aspect.min() / ASPECT_FACTOR, 4), high=round(aspect.max() * ASPECT_FACTOR, 4)),
    }


def _size_range(sides: NDArray[np.float64]) -> Range:
    return Range(low=max(SMALLEST_SIDE, math.floor(sides.min() / SIZE_FACTOR)), high=sides.max() * SIZE_FACTOR)

"""Verdicts under faults of the camera, without the gate and with it: what the model card publishes."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np

from service.contract.detector import Detector
from service.contract.errors import TooFewPictures
from service.contract.picture import Pixels
from training.evaluation.content import FaultDetection
from training.evaluation.evaluate import Scored
from training.evaluation.rates import rate
from training.synthetic.corruptions import Fault, blurred, cut, lit, noisy, veiled

MOST_PICTURES: Final = 1000
VEIL: Final = 235.0


def _blur(sigma: float) -> Fault:
    return lambda picture, rng: blurred(picture, sigma)  # noqa: ARG005  # every fault gets the generator


def _veil(share: float) -> Fault:
    return lambda picture, rng: veiled(picture, share, VEIL)  # noqa: ARG005  # as above


def _lamp(gain: float) -> Fault:
    return lambda picture, rng: lit(picture, gain)  # noqa: ARG005  # as above


def _steam(share: float) -> Fault:
    return lambda picture, rng: veiled(picture, share, picture.mean((0, 1)) * 1.1)  # noqa: ARG005  # as above


GRADED: Final[Mapping[str, Fault]] = MappingProxyType(
    {
        "none": lambda picture, rng: picture,  # noqa: ARG005  # as above
        "black": _lamp(0.0),
        "white": _veil(1.0),
        "flat": lambda picture, rng: veiled(picture, 1.0, picture.mean((0, 1))),  # noqa: ARG005  # as above
        **{f"veil {share:.0%}": _veil(share) for share in (0.3, 0.5, 0.7, 0.85)},
        **{f"steam {share:.0%}": _steam(share) for share in (0.3, 0.4, 0.5, 0.6, 0.7, 0.85)},
        **{f"blur {sigma} px": _blur(sigma) for sigma in (0.5, 0.75, 1, 2, 3, 4)},
        **{f"lamp {gain:.0%}": _lamp(gain) for gain in (1.2, 0.85, 0.7, 0.4, 0.15)},
        "noise 4": lambda picture, rng: noisy(picture, 4, rng),
        "noise 10": lambda picture, rng: noisy(picture, 10, rng),
        "noise 25": lambda picture, rng: noisy(picture, 25, rng),
        "upside down": lambda picture, rng: np.ascontiguousarray(picture[::-1]),  # noqa: ARG005  # as above
        "lower half lost": lambda picture, rng: cut(picture, 0.5, 0, 128),  # noqa: ARG005  # as above
        "colours swapped": lambda picture, rng: np.ascontiguousarray(picture[..., ::-1]),  # noqa: ARG005  # as above
        "inverted": lambda picture, rng: 255 - picture,  # noqa: ARG005  # as above
    }
)
"""Faults at graded strength; "none" is the row to compare with."""


def faults_of(detector: Detector, scored: Scored) -> tuple[FaultDetection, ...]:
    """Judge under faults drawn on labelled pictures.

    Raises:
        TooFewPictures: a class is absent.
    """
    pictures: dict[bool, list[Pixels]] = {False: [], True: []}
    for group, is_leak in zip(scored.groups, scored.labels.tolist(), strict=True):
        pictures[is_leak].append(group.picture)
    if not pictures[False] or not pictures[True]:
        raise TooFewPictures("faults are drawn on good wells and on leaks: choose a part that has both with --split")
    return judge_faults(pictures[False], pictures[True], detector)


def judge_faults(
    good: Sequence[Pixels],
    leaks: Sequence[Pixels],
    detector: Detector,
    faults: Mapping[str, Fault] = GRADED,
) -> tuple[FaultDetection, ...]:
    """Measure every fault on good wells and leaks that the model and the gate have not seen.

    Args:
        good: pictures of good wells; of more than 1,000 every n-th is taken.
        leaks: pictures of leaks, likewise.
        detector: its gate and its score judge each for itself.
        faults: by name.
    """
    good, leaks = (wells[:: -(-len(wells) // MOST_PICTURES) or 1] for wells in (good, leaks))
    return tuple(_detection(name, fault, good, leaks, detector) for name, fault in faults.items())


def _detection(
    name: str,
    fault: Fault,
    good: Sequence[Pixels],
    leaks: Sequence[Pixels],
    detector: Detector,
) -> FaultDetection:
    rng = np.random.default_rng([*name.encode()])
    disturbed = [fault(picture, rng) for picture in good]
    good_leaks, good_refused = detector.finds(disturbed), detector.refuses(disturbed)
    disturbed = [fault(picture, rng) for picture in leaks]
    found, refused = detector.finds(disturbed), detector.refuses(disturbed)
    return FaultDetection(
        fault=name,
        good_passed=rate(int((~good_leaks).sum()), len(good)),
        good_passed_gated=rate(int((~good_leaks & ~good_refused).sum()), len(good)),
        leaks_found=rate(int(found.sum()), len(leaks)),
        leaks_found_gated=rate(int((found | refused).sum()), len(leaks)),
    )

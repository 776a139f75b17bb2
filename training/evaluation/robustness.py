"""Verdicts under corruptions, without the gate and with it: what the model card publishes."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from service.contract.detector import Detector
from service.contract.errors import TooFewPictures
from service.contract.picture import Pixels
from training.dataset.data import small_pictures
from training.dataset.layout import Label
from training.evaluation.content import CorruptionRates
from training.evaluation.evaluate import Scored
from training.evaluation.rates import rate
from training.synthetic.corruption_table import STRENGTHS, corrupted
from training.synthetic.corruptions import Random

MOST_PICTURES: Final = 1000
NONE: Final = "none"
ROWS: Final = (NONE, *STRENGTHS)
"""Named strengths; the first row is the one to compare with."""


def robustness_of(detector: Detector, scored: Scored) -> tuple[CorruptionRates, ...]:
    """Judge labelled pictures under every named strength.

    Raises:
        TooFewPictures: a class is absent.
    """
    good, leaks = (
        small_pictures([group for group in scored.groups if group.label is label]) for label in (Label.GOOD, Label.LEAK)
    )
    if not good or not leaks:
        raise TooFewPictures(
            "corruptions are drawn on good wells and on leaks: choose a part that has both with --split"
        )
    return judge_corrupted(good, leaks, detector.of_any_size())


def judge_corrupted(good: Sequence[Pixels], leaks: Sequence[Pixels], detector: Detector) -> tuple[CorruptionRates, ...]:
    """Measure every named strength on good wells and leaks that the model and the gate have not seen.

    Large pictures are drawn on reduced, and their size says nothing then.

    Args:
        good: pictures of good wells; of more than 1,000 every n-th is taken.
        leaks: pictures of leaks, likewise.
        detector: its gate and its score judge each for itself.
    """
    good, leaks = (wells[:: -(-len(wells) // MOST_PICTURES) or 1] for wells in (good, leaks))
    return tuple(_rates(row, good, leaks, detector) for row in ROWS)


def _rates(row: str, good: Sequence[Pixels], leaks: Sequence[Pixels], detector: Detector) -> CorruptionRates:
    rng = np.random.default_rng([*row.encode()])
    good, leaks = ([drawn(row, picture, rng) for picture in wells] for wells in (good, leaks))
    passed, refused = ~detector.finds(good), detector.refuses(good)
    found, leaks_refused = detector.finds(leaks), detector.refuses(leaks)
    return CorruptionRates(
        corruption=row,
        good_passed=rate(int(passed.sum()), len(good)),
        good_passed_gated=rate(int((passed & ~refused).sum()), len(good)),
        leaks_found=rate(int(found.sum()), len(leaks)),
        leaks_found_gated=rate(int((found | leaks_refused).sum()), len(leaks)),
    )


def drawn(row: str, picture: Pixels, rng: Random) -> Pixels:
    """Corrupt a picture as a row says; the first row leaves it as it is."""
    return picture if row == NONE else corrupted(row, picture, rng)

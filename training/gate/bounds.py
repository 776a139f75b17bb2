"""Limits of single figures: halfway from where usable pictures end to where those begin that must be refused."""

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from service.contract.gate.figures import FIGURES, Floats
from service.contract.manifest import Range
from training.gate.tails import tail_end

Vector = NDArray[np.float64]

REFUSED: Final = 1e-3
"""Share of good wells beyond a limit, by the exponential tail, where what must be refused begins right there."""

USABLE: Final = 0.995
FAULTY: Final = 0.005
HALFWAY: Final = 0.5
UP: Final = 1
DOWN: Final = -1


class Bound(NamedTuple):
    """One end of a figure's range, and what lies beyond it.

    Attributes:
        figure: its name.
        side: ``UP`` or ``DOWN``.
        kind: of corruption, in the table.
        amount: from which on it must be refused.
        among_good: whether good wells alone must lie within, and not what is drawn on them: gloves over both sides have
            any colour.
    """

    figure: str
    side: int
    kind: str
    amount: float
    among_good: bool = False


BOUNDS: Final = (
    Bound("brightness", DOWN, "darker", 0.6),
    Bound("brightness", UP, "veil", 0.7),
    Bound("contrast", DOWN, "steam", 0.6),
    Bound("fineness", DOWN, "blur", 2),
    Bound("fineness", UP, "noise", 14),
    Bound("blue_share", DOWN, "swapped", 1, among_good=True),
    Bound("green_share", DOWN, "mixed", 1),
    Bound("still_share", UP, "lost_below", 0.5),
)
"""Neither contrast nor sharpness has an upper end: torn metal has more of both than any good well."""


def ranges_of(good: Floats, also_usable: Floats, faulty: Mapping[Bound, Floats]) -> dict[str, Range]:
    """Place every bound; rows are pictures, columns figures."""
    ends: dict[str, dict[str, float]] = {}
    for bound, rows in faulty.items():
        column = FIGURES.index(bound.figure)
        drawn = also_usable[:0] if bound.among_good else also_usable
        beyond, usable, begins = (bound.side * part[:, column].astype(np.float64) for part in (good, drawn, rows))
        end = bound.side * _end(beyond, usable, begins)
        ends.setdefault(bound.figure, {})["high" if bound.side == UP else "low"] = round(end, 4)
    return {figure: Range(**sides) for figure, sides in ends.items()}


def _end(good: Vector, also_usable: Vector, faulty: Vector) -> float:
    """The upper end for values of which the usable ones lie below."""
    end = max(tail_end(good, REFUSED), float(np.quantile(also_usable, USABLE)) if len(also_usable) else -np.inf)
    return end + HALFWAY * max(float(np.quantile(faulty, FAULTY)) - end, 0.0)

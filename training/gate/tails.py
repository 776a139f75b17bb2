"""How far good wells reach: limits that a stated share of them may pass."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

TAIL: Final = 0.01
FEWEST_IN_TAIL: Final = 20
LARGEST_TAIL: Final = 0.2


def tail_end(values: Vector, share: float) -> float:
    """Return the value that a share of all values to come exceeds.

    The tail, the uppermost 1 % (of few values the uppermost 20, up to a fifth), is taken for exponential (peaks over
    threshold, Pickands 1975, with shape 0): a few thousand values do not reach as far as a share of one in ten
    thousand. Its scale is raised by its standard error.

    >>> round(tail_end(np.linspace(0, 1, 1001), 0.001), 2)
    1.02
    """
    tail = min(max(TAIL, FEWEST_IN_TAIL / len(values)), LARGEST_TAIL)
    start = float(np.quantile(values, 1 - tail))
    scale = float(np.maximum(values - start, 0).mean()) / tail
    scale *= 1 + 1 / math.sqrt(tail * len(values))
    return start + scale * math.log(max(tail / share, 1))

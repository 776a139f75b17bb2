"""How far good wells reach: limits that a promised share of them may pass."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

TAIL: Final = 0.01
FEWEST_IN_TAIL: Final = 20
LARGEST_TAIL: Final = 0.2


@dataclass(frozen=True, slots=True)
class Promise:
    """The share of good wells that all limits together may refuse, and over how many limits it is spread."""

    refused: float = 5e-4
    limits: int = 1

    @property
    def share(self) -> float:
        """What falls to one limit."""
        return self.refused / self.limits


def tail_end(values: Vector, promise: Promise) -> float:
    """Return the value that a promised share of all values to come exceeds; more than any of those given.

    The tail, the uppermost 1 % (of few values the uppermost 20, up to a fifth), is taken for exponential (peaks over
    threshold, Pickands 1975, with shape 0): a few thousand values do not reach as far as a share of one in ten
    thousand. Its scale is raised by its standard error.

    >>> round(tail_end(np.linspace(0, 1, 1001), Promise()), 2)
    1.01
    """
    tail = min(max(TAIL, FEWEST_IN_TAIL / len(values)), LARGEST_TAIL)
    start = float(np.quantile(values, 1 - tail))
    scale = float(np.maximum(values - start, 0).mean()) / tail
    scale *= 1 + 1 / math.sqrt(tail * len(values))
    reach = scale * math.log(max(tail / promise.share, 1))
    return max(start + reach, float(values.max()) + scale / 2)

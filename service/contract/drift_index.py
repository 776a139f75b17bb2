"""The drift index: how far recent pictures are from the good wells that the artefact knows."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

DRIFT_FIGURES: Final = ("score", "brightness", "contrast", "sharpness")
PSEUDO_COUNT: Final = 0.5


def drift_index(counts: ArrayLike, shares: ArrayLike) -> NDArray[np.float64]:
    """Population stability index of counts against reference shares: 0 for equal shares, about 0.1 for a slight drift.

    Each bin gets half a picture more, so that empty bins stay finite (Jeffreys' prior).

    Args:
        counts: pictures by bin, [..., K].
        shares: reference shares by bin, [..., K].

    Returns:
        The index, [...].

    >>> float(drift_index([50, 50], [0.5, 0.5]))
    0.0
    """
    seen = np.asarray(counts, np.float64) + PSEUDO_COUNT
    seen /= seen.sum(axis=-1, keepdims=True)
    known = np.asarray(shares, np.float64)
    known = (known + 1e-9) / (known + 1e-9).sum(axis=-1, keepdims=True)
    return np.asarray(((seen - known) * np.log(seen / known)).sum(axis=-1))

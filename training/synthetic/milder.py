"""Leaks that are milder than the leaks at hand."""

import numpy as np

from service.contract.picture import Pixels
from service.contract.scenes.linking import coarse

SHARE = 0.5


def milder_leaks(leaks: Pixels, good: Pixels, share: float = SHARE) -> Pixels:
    """Mix each leak, half of it by default, with the good well that looks most like it; all uint8 [N, H, W, 3]."""
    if not len(leaks) or not len(good):
        return leaks[:0]
    one, other = coarse(leaks), coarse(good)
    distance = (one**2).sum(1)[:, None] + (other**2).sum(1)[None] - 2 * one @ other.T  # [leaks, good]
    nearest = good[distance.argmin(axis=1)].astype(np.float32)
    mixed: Pixels = np.rint(share * leaks + (1 - share) * nearest).astype(np.uint8)
    return mixed

"""Leaks that are milder than the leaks at hand."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from service.contract.picture import Pixels

SHARE = 0.5
COARSE = (24, 16)


def milder_leaks(leaks: Pixels, good: Pixels, share: float = SHARE) -> Pixels:
    """Mix each leak, half of it by default, with the good well that looks most like it; all uint8 [N, H, W, 3]."""
    if not len(leaks) or not len(good):
        return leaks[:0]
    one, other = coarse(leaks), coarse(good)
    distance = (one**2).sum(1)[:, None] + (other**2).sum(1)[None] - 2 * one @ other.T  # [leaks, good]
    nearest = good[distance.argmin(axis=1)].astype(np.float32)
    mixed: Pixels = np.rint(share * leaks + (1 - share) * nearest).astype(np.uint8)
    return mixed


def coarse(pictures: Sequence[Pixels] | Pixels) -> NDArray[np.float32]:
    """Small and evenly lit, [N, features]."""
    small = np.stack([cv2.resize(picture, COARSE, interpolation=cv2.INTER_AREA) for picture in pictures])
    light = np.maximum(small.mean(axis=(1, 2, 3), keepdims=True), 1)
    features: NDArray[np.float32] = (small / light).astype(np.float32).reshape(len(small), -1)
    return features

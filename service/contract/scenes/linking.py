"""Scenes: pictures of one well in one cast, which resemble each other more than any two scenes do."""

from collections.abc import Iterator, Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from service.contract.picture import Pixels

COARSE: Final = (24, 16)
NEIGHBOURS: Final = 20
SAME_SCENE: Final = 1 / 30
"""Root mean square difference of two coarse, evenly lit pictures of one scene, as a share of their mean light."""

_CHUNK: Final = 512

Numbers = NDArray[np.intp]


def scenes_of(pictures: Sequence[Pixels]) -> NDArray[np.int32]:
    """Number each picture's scene, [N]: pictures that a chain of near-equal ones links share a scene."""
    features = coarse(pictures)
    links = list(_links(features))
    one, other = (np.concatenate(ends) for ends in zip(*links, strict=True))
    return _connected(len(features), one, other)


def coarse(pictures: Sequence[Pixels] | Pixels) -> NDArray[np.float32]:
    """Small and evenly lit, [N, features]."""
    small = np.stack([cv2.resize(picture, COARSE, interpolation=cv2.INTER_AREA) for picture in pictures])
    light = np.maximum(small.mean(axis=(1, 2, 3), keepdims=True), 1)
    features: NDArray[np.float32] = (small / light).astype(np.float32).reshape(len(small), -1)
    return features


def _links(features: NDArray[np.float32]) -> Iterator[tuple[Numbers, Numbers]]:
    """Each picture and those of its nearest that are near enough, itself among them."""
    centred = features - features.mean(axis=0)  # small numbers lose less when they are squared
    squares = np.square(centred).sum(axis=1)
    nearest_count = min(NEIGHBOURS, len(features))
    for start in range(0, len(features), _CHUNK):
        rows = slice(start, start + _CHUNK)
        distance = squares[rows, np.newaxis] + squares - 2 * centred[rows] @ centred.T
        nearest = np.argpartition(distance, nearest_count - 1, axis=1)[:, :nearest_count]
        near = np.take_along_axis(distance, nearest, axis=1) < SAME_SCENE**2 * features.shape[1]
        one, place = np.nonzero(near)
        yield one + start, nearest[one, place]


def _connected(count: int, one: Numbers, other: Numbers) -> NDArray[np.int32]:
    """Number the connected components: the least number in reach spreads along the links until nothing changes."""
    least = np.arange(count)
    while True:
        spread = least.copy()
        np.minimum.at(spread, one, least[other])
        np.minimum.at(spread, other, least[one])
        spread = spread[spread]
        if np.array_equal(spread, least):
            return np.unique(least, return_inverse=True)[1].astype(np.int32)
        least = spread

"""Scenes: pictures of one well in one cast, which resemble each other more than any two scenes do."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from sklearn.neighbors import NearestNeighbors
from threadpoolctl import threadpool_limits

from service.contract.picture import Pixels

COARSE = (24, 16)
NEIGHBOURS = 20
SAME_SCENE = 1 / 30
"""Root mean square difference of two coarse, evenly lit pictures of one scene, as a share of their mean light."""


def scenes_of(pictures: Sequence[Pixels]) -> NDArray[np.int32]:
    """Number each picture's scene, [N]: whoever is linked by a chain of near-equal pictures shares one."""
    features = coarse(pictures)
    with threadpool_limits(1):
        nearest = NearestNeighbors(n_neighbors=min(NEIGHBOURS, len(features))).fit(features)
        distance, other = nearest.kneighbors(features)
    near = distance / np.sqrt(features.shape[1]) < SAME_SCENE
    one = np.repeat(np.arange(len(features)), near.sum(axis=1))
    links = coo_matrix((np.ones(len(one)), (one, other[near])), shape=(len(features), len(features)))
    labels: NDArray[np.int32] = connected_components(links, directed=False)[1]
    return labels


def whole_scenes(scenes: NDArray[np.int32], most: int, seed: int) -> NDArray[np.bool_]:
    """Choose scenes by chance until they hold so many pictures; a larger one than there is room for is passed over."""
    sizes = np.bincount(scenes)
    chosen: list[int] = []
    room = most
    for scene in np.random.default_rng(seed).permutation(len(sizes)).tolist():
        if sizes[scene] <= room:
            chosen.append(scene)
            room -= int(sizes[scene])
    return np.isin(scenes, chosen)


def coarse(pictures: Sequence[Pixels] | Pixels) -> NDArray[np.float32]:
    """Small and evenly lit, [N, features]."""
    small = np.stack([cv2.resize(picture, COARSE, interpolation=cv2.INTER_AREA) for picture in pictures])
    light = np.maximum(small.mean(axis=(1, 2, 3), keepdims=True), 1)
    features: NDArray[np.float32] = (small / light).astype(np.float32).reshape(len(small), -1)
    return features

"""Scenes: pictures of one well in one cast, which resemble each other more than any two scenes do."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from sklearn.neighbors import NearestNeighbors
from threadpoolctl import threadpool_limits

from service.contract.picture import Pixels
from training.dataset.data import Group
from training.dataset.origin import taken_at

COARSE = (24, 16)
NEIGHBOURS = 20
SAME_SCENE = 1 / 30
"""Root mean square difference of two coarse, evenly lit pictures of one scene, as a share of their mean light."""

FEWEST_SCENES = 10
LARGEST_SHARE = 0.5
"""A scene with more than this share of all pictures is no scene: a product under a fixed camera always looks alike."""

ONE_EVENT = timedelta(seconds=60)


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


def with_scenes(groups: Sequence[Group]) -> tuple[Group, ...]:
    """Number the scenes of groups that are divided or judged together.

    Where scenes cannot be told apart, because nearly all pictures look alike or there are fewer than ten scenes, each
    group is a scene of its own.
    """
    if not groups:
        return ()
    scenes = scenes_of([group.picture for group in groups])
    sizes = np.bincount(scenes)
    if len(sizes) < FEWEST_SCENES or sizes.max() > LARGEST_SHARE * len(groups):
        scenes = np.arange(len(groups), dtype=np.int32)
    return tuple(replace(group, scene=scene) for group, scene in zip(groups, scenes.tolist(), strict=True))


def scene_numbers(groups: Iterable[Group]) -> NDArray[np.int64]:
    """The scene of each group, [N]."""
    return np.array([group.scene for group in groups], np.int64)


def events_of(leaks: Sequence[Group]) -> NDArray[np.int64]:
    """Number each leak's event, [N]: pictures less than a minute apart; the folder where not every name states a time.

    A folder of leaks holds one kind, or nobody has told them apart.
    """
    times = [first_time(group) for group in leaks]
    known = [time for time in times if time is not None]
    if len(known) < len(leaks):
        return np.unique([group.source for group in leaks], return_inverse=True)[1].astype(np.int64)
    order = sorted(range(len(leaks)), key=lambda row: known[row])
    events = np.zeros(len(leaks), np.int64)
    for before, row in pairwise(order):
        events[row] = events[before] + (known[row] - known[before] > ONE_EVENT)
    return events


def first_time(group: Group) -> datetime | None:
    """The earliest time that the names of a group's files state."""
    return min((time for time in map(taken_at, group.files) if time is not None), default=None)


def one_by_one(groups: Sequence[Group]) -> tuple[Group, ...]:
    """Reorder so that every scene comes once before any comes twice, and so on; in their order otherwise."""
    seen: dict[int, int] = {}
    turns = []
    for group in groups:
        seen[group.scene] = seen.get(group.scene, -1) + 1
        turns.append(seen[group.scene])
    return tuple(groups[row] for row in sorted(range(len(groups)), key=lambda row: turns[row]))


def coarse(pictures: Sequence[Pixels] | Pixels) -> NDArray[np.float32]:
    """Small and evenly lit, [N, features]."""
    small = np.stack([cv2.resize(picture, COARSE, interpolation=cv2.INTER_AREA) for picture in pictures])
    light = np.maximum(small.mean(axis=(1, 2, 3), keepdims=True), 1)
    features: NDArray[np.float32] = (small / light).astype(np.float32).reshape(len(small), -1)
    return features

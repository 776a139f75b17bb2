"""Scenes and events of groups that are divided or judged together."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from service.contract.scenes.linking import scenes_of
from training.dataset.data import Group
from training.dataset.layout import Label
from training.dataset.origin import taken_at

FEWEST_SCENES = 10
LARGEST_SHARE = 0.5
"""A scene with more than this share of all pictures is no scene: a product under a fixed camera always looks alike."""

ONE_EVENT = timedelta(seconds=60)


def with_scenes(groups: Sequence[Group]) -> tuple[Group, ...]:
    """Number the scenes of groups that are divided or judged together.

    Where scenes cannot be told apart, because most good pictures look alike or show fewer than ten scenes, each group
    is a scene of its own.
    """
    if not groups:
        return ()
    scenes = scenes_of([group.coarse for group in groups])
    good = scenes[[group.label is Label.GOOD for group in groups]]
    sizes = np.unique(good, return_counts=True)[1]
    if len(sizes) < FEWEST_SCENES or sizes.max() > LARGEST_SHARE * len(good):
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

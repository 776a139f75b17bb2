"""How the pictures of a data set were taken, as far as they and their names tell."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from training.dataset.data import Dataset, Group
from training.dataset.layout import Label

CAMERA = re.compile(r"(?<![A-Za-z])CAM_([A-Z0-9]+)(?![A-Za-z0-9])")
TAKEN = re.compile(r"(\d\d)-(\d\d)-(\d{4})_(\d\d)-(\d\d)-(\d\d)(?:-(\d{3}))?")
MICROSECONDS = 1000  # in a millisecond


@dataclass(frozen=True, slots=True)
class Origin:
    """What is known of one class.

    Attributes:
        files: pictures as stored.
        groups: different pictures.
        width: smallest and largest, pixels.
        height: the same.
        brightness: mean of a picture on the 0..255 scale, 1 % and 99 % quantile over the groups.
        cameras: as the names of files tell.
        days: on which the pictures were taken, as the names tell, in order.
        unnamed: files whose name tells no camera.
    """

    files: int
    groups: int
    width: tuple[int, int]
    height: tuple[int, int]
    brightness: tuple[float, float]
    cameras: tuple[str, ...]
    days: tuple[date, ...]
    unnamed: int


def describe_origin(data: Dataset) -> dict[str, Origin]:
    """Describe good wells and leaks outside the test part; a class that is absent is left out."""
    parts = {label.name.lower(): data.select(label) for label in Label}
    return {name: _describe(groups) for name, groups in parts.items() if groups}


def _describe(groups: tuple[Group, ...]) -> Origin:
    heights, widths = zip(*(group.size for group in groups), strict=True)
    low, high = np.quantile([group.brightness for group in groups], (0.01, 0.99))
    names = [name for group in groups for name in group.files]
    cameras = [camera[1] for camera in map(CAMERA.search, names) if camera]
    return Origin(
        files=len(names),
        groups=len(groups),
        width=(min(widths), max(widths)),
        height=(min(heights), max(heights)),
        brightness=(float(low), float(high)),
        cameras=tuple(sorted(set(cameras))),
        days=_days(names),
        unnamed=len(names) - len(cameras),
    )


def taken_at(name: str) -> datetime | None:
    """When a picture was taken, in the camera's own time, where its name says so.

    >>> taken_at("proliv/22_CAM_C_01-03-2023_05-39-13-364.jpg").isoformat()
    '2023-03-01T05:39:13.364000'
    """
    found = TAKEN.search(name)
    if found is None:
        return None
    day, month, year, hour, minute, second, thousandths = (int(part or 0) for part in found.groups())
    try:
        return datetime(year, month, day, hour, minute, second, thousandths * MICROSECONDS)  # noqa: DTZ001  # names state no zone
    except ValueError:  # digits that look like a time and are none
        return None


def _days(names: Iterable[str]) -> tuple[date, ...]:
    return tuple(sorted({taken.date() for taken in map(taken_at, names) if taken is not None}))

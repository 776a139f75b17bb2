"""Features of the table on its reference frame: corners of the plate around the wells, off what changes.

Wells fill and empty, burnt-in graphics stay where they are while the table moves: neither tells of the table. What
lies far from all wells may be a floor that does not move with it.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from service.contract.alignment.layout import Corners
from service.contract.errors import SetupError
from service.contract.picture import Pixels

Grey = NDArray[np.uint8]
Points = NDArray[np.float32]
"""[N, 2], x and y."""

MOST_FEATURES: Final = 240
FEWEST_FEATURES: Final = 24
LEAST_QUALITY: Final = 0.003
MARGIN_PX: Final = 60
"""Around the wells, in full pixels: as far as the plate is taken to be the table's."""

_APART: Final = 12
_BURNT_IN: Final = 150
"""Difference of a pixel's largest and smallest channel above which it is drawn: no casting hall is that colourful."""


class Region(NamedTuple):
    """The part of a frame that is looked at, in full pixels; its sides are even."""

    left: int
    top: int
    right: int
    bottom: int

    def halved(self, corners: Corners) -> Points:
        """Corners of a frame in half pixels of the region."""
        return ((corners - np.array(self[:2], np.float32)) / 2).astype(np.float32)

    def half(self, frame: Pixels) -> Grey:
        """Cut the region out of uint8 [H, W, 3] RGB, grey and at half its size."""
        part = frame[self.top : self.bottom, self.left : self.right]
        small = cv2.resize(part, (part.shape[1] // 2, part.shape[0] // 2), interpolation=cv2.INTER_AREA)
        return cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)  # type: ignore[return-value]  # 8 bits in, 8 bits out


def region_of(wells: Iterable[Corners], frame: Pixels) -> Region:
    """The wells with twice the margin, so that a table that has moved still lies within."""
    corners = np.concatenate(list(wells))
    height, width = frame.shape[:2]
    low, high = corners.min(axis=0) - 2 * MARGIN_PX, corners.max(axis=0) + 2 * MARGIN_PX
    left, top = (max(0, int(value)) for value in low)
    right, bottom = min(width, int(high[0]) + 1), min(height, int(high[1]) + 1)
    return Region(left, top, right - (right - left) % 2, bottom - (bottom - top) % 2)


def features_of(frame: Pixels, wells: Iterable[Corners], region: Region) -> Points:
    """Find features, in half pixels of the region, strongest first.

    Raises:
        SetupError: there are too few to prove anything.
    """
    outlines = list(wells)
    mask = _plate(frame, outlines, region)
    found = cv2.goodFeaturesToTrack(region.half(frame), MOST_FEATURES, LEAST_QUALITY, _APART, mask=mask)
    count = 0 if found is None else len(found)
    if count < FEWEST_FEATURES:
        raise SetupError(
            f"the reference frame shows {count} features of the table between its wells, {FEWEST_FEATURES} are needed: "
            "take a sharp frame in good light"
        )
    return found.reshape(-1, 2).astype(np.float32)


def _plate(frame: Pixels, wells: list[Corners], region: Region) -> Grey:
    """255 where features may lie, at half size."""
    part = frame[region.top : region.bottom, region.left : region.right]
    size = part.shape[1] // 2, part.shape[0] // 2
    mask = np.zeros(size[::-1], np.uint8)
    halves = [region.halved(well) for well in wells]
    hull = cv2.convexHull(np.concatenate(halves).astype(np.float32)).astype(np.int32)
    cv2.fillPoly(mask, [hull], 255)
    mask = cv2.dilate(mask, np.ones((MARGIN_PX + 1, MARGIN_PX + 1), np.uint8))
    for half in halves:
        mask[_around(half, size)] = 0
    spread = (part.max(axis=2) - part.min(axis=2)) > _BURNT_IN
    drawn = cv2.dilate(spread.astype(np.uint8), np.ones((13, 13), np.uint8))
    mask[cv2.resize(drawn, size, interpolation=cv2.INTER_AREA) > 0] = 0
    return mask  # type: ignore[return-value]  # 8 bits stay 8 bits


def _around(half: Corners, size: tuple[int, int]) -> tuple[slice, slice]:
    """A well with half of its height around it: metal stands in the neck between its halves, too."""
    low, high = half.min(axis=0), half.max(axis=0)
    margin = (high[1] - low[1]) / 2
    (left, top), (right, bottom) = np.maximum(low - margin, 0).astype(int), np.minimum(high + margin, size).astype(int)
    return slice(top, bottom + 1), slice(left, right + 1)

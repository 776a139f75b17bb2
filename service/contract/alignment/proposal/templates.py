"""What the halves of a well look like, drawn, and where a picture looks like that.

A half is a wide ellipse sunk into the plate: of the upper one the wall is seen as a dark crescent above what fills it,
of the lower one as a thin dark rim. Boxes are as people cut them: the rim, and two pixels of plate on each side.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Map = NDArray[np.float32]

ASPECT: Final = 27 / 48
"""Height of a half by its width."""

_FINE: Final = 8
_PLATE: Final = 1.0


class Peak(NamedTuple):
    """Where a half is centred, in pixels, and how well it correlates there, -1..1."""

    x: float
    y: float
    value: float


def height_of(width: float) -> int:
    return round(width * ASPECT)


def upper(width: int) -> Map:
    """The upper half of a well so many pixels wide: [H, W]."""
    return _drawn(width, wall=(0.52, 0.455, 0.46, 0.35), filling=(0.80, 0.34, 0.45, 0.95))


def lower(width: int) -> Map:
    """The lower half of a well so many pixels wide: [H, W]."""
    return _drawn(width, wall=(0.48, 0.455, 0.46, 0.5), filling=(0.50, 0.36, 0.42, 0.9))


def _drawn(width: int, wall: tuple[float, float, float, float], filling: tuple[float, float, float, float]) -> Map:
    """Two ellipses on the plate; each is its centre's height, half axes and shade, as shares of the box."""
    size = width * _FINE, height_of(width) * _FINE
    picture = np.full(size[::-1], _PLATE, np.float32)
    for down, across, along, shade in (wall, filling):
        centre, axes = (size[0] // 2, int(down * size[1])), (int(across * size[0]), int(along * size[1]))
        cv2.ellipse(picture, centre, axes, 0, 0, 360, shade, -1)
    smooth = cv2.GaussianBlur(picture, (0, 0), _FINE * 0.8)
    return np.asarray(cv2.resize(smooth, (width, height_of(width)), interpolation=cv2.INTER_AREA), np.float32)


def matched(picture: Grey, template: Map) -> Map:
    """Correlation of each place with a template, by the template's top left corner."""
    if picture.shape[0] < template.shape[0] or picture.shape[1] < template.shape[1]:
        return np.zeros((1, 1), np.float32) - 1
    return np.asarray(cv2.matchTemplate(picture.astype(np.float32), template, cv2.TM_CCOEFF_NORMED), np.float32)


def peaks(picture: Grey, template: Map, least: float, most: int) -> list[Peak]:
    """The best places of a template that do not overlap, best first."""
    height, width = template.shape
    values = matched(picture, template)
    found: list[Peak] = []
    while len(found) < most:
        _, value, _, (left, top) = cv2.minMaxLoc(values)
        if value < least:
            break
        found.append(Peak(left + width / 2, top + height / 2, value))
        values[max(0, top - height // 2) : top + height // 2, max(0, left - width // 2) : left + width // 2] = -1
    return found


def best_near(picture: Grey, template: Map, x: float, y: float, reach: tuple[int, int]) -> Peak:
    """The best place of a template whose centre lies within ``reach`` (x, y) of a place; correlation -1 where none."""
    height, width = template.shape
    left, top = round(x - width / 2) - reach[0], round(y - height / 2) - reach[1]
    part = picture[max(0, top) : top + height + 2 * reach[1], max(0, left) : left + width + 2 * reach[0]]
    if part.shape[0] < height or part.shape[1] < width or part.std() == 0:
        return Peak(x, y, -1)
    _, value, _, (right, down) = cv2.minMaxLoc(matched(part, template))
    return Peak(max(0, left) + right + width / 2, max(0, top) + down + height / 2, value)


def mean_of(picture: Grey, places: Sequence[Peak], width: int) -> Map:
    """What lies at places, on average: what fills the wells averages out, their rims stay."""
    size = width, height_of(width)
    parts = [cv2.getRectSubPix(picture, size, (place.x - 0.5, place.y - 0.5)).astype(np.float32) for place in places]
    return np.asarray(np.mean([(part - part.mean()) / max(float(part.std()), 1) for part in parts], axis=0), np.float32)

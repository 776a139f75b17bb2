"""Defects of drawn products: each changes a picture [H, W, 3] in 0..255 near a centre (x, y) in pixels."""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.floating[Any]]
Centre = tuple[float, float]
Defect = Callable[[Picture, Centre, np.random.Generator], Picture]


def scratch(picture: Picture, centre: Centre, random: np.random.Generator) -> Picture:
    """A thin line, darker or brighter than what it crosses."""
    side = min(picture.shape[:2])
    points = _way(centre, side * random.uniform(0.15, 0.35), side * 0.01, random)
    mask = _line(picture, points, max(1, round(side * random.uniform(0.006, 0.012))))
    return picture + mask * _signed(random, 25, 60)


def cut(picture: Picture, centre: Centre, random: np.random.Generator) -> Picture:
    """A short dark slit with a bright edge beside it."""
    side = min(picture.shape[:2])
    points = _way(centre, side * random.uniform(0.08, 0.2), side * 0.004, random)
    width = max(2, round(side * random.uniform(0.01, 0.018)))
    edge = _line(picture, points + width, max(1, width // 2))
    return picture + edge * 30 - _line(picture, points, width) * np.float32(random.uniform(40, 90))


def hole(picture: Picture, centre: Centre, random: np.random.Generator) -> Picture:
    """A dark round spot with a soft edge."""
    mask = _blob(picture, centre, random.uniform(0.018, 0.045), 0.1, random)
    return picture * (1 - mask * np.float32(random.uniform(0.5, 0.9)))


def stain(picture: Picture, centre: Centre, random: np.random.Generator) -> Picture:
    """An uneven patch of a colour of its own, half transparent."""
    mask = _blob(picture, centre, random.uniform(0.05, 0.11), 0.35, random)
    colour = random.uniform(20, 230, 3).astype(np.float32)
    return picture + mask * np.float32(random.uniform(0.25, 0.5)) * (colour - picture)


def discolouration(picture: Picture, centre: Centre, random: np.random.Generator) -> Picture:
    """A wide, faint change of brightness."""
    mask = cv2.GaussianBlur(_blob(picture, centre, random.uniform(0.1, 0.18), 0.3, random), (0, 0), 6)
    return picture + mask[..., :1] * _signed(random, 12, 28)


def thread(picture: Picture, centre: Centre, random: np.random.Generator) -> Picture:
    """A light fibre that lies on the product in a curl."""
    side = min(picture.shape[:2])
    points = _way(centre, side * random.uniform(0.25, 0.5), side * 0.04, random)
    mask = _line(picture, points, max(1, round(side * 0.007)))
    return picture + mask * np.float32(random.uniform(0.5, 0.9)) * (np.float32(225) - picture)


def bent(picture: Picture, centre: Centre, random: np.random.Generator) -> Picture:
    """What lies around the centre is pushed aside."""
    height, width = picture.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    reach = min(height, width) * random.uniform(0.07, 0.14)
    push = np.exp(-((x - centre[0]) ** 2 + (y - centre[1]) ** 2) / (2 * reach**2)) * reach * random.uniform(0.5, 0.8)
    angle = random.uniform(0, 2 * np.pi)
    right, down = (_float(axis + push * turn) for axis, turn in ((x, np.cos(angle)), (y, np.sin(angle))))
    return _float(cv2.remap(picture, right, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT))


def missing(picture: Picture, centre: Centre, random: np.random.Generator) -> Picture:
    """A piece is gone: what lies at the picture's corner shows instead."""
    mask = _blob(picture, centre, random.uniform(0.04, 0.09), 0.25, random)
    ground = picture[:8, :8].mean(axis=(0, 1)) + random.normal(0, 2, picture.shape).astype(np.float32)
    return np.asarray(picture + mask * (ground - picture))


def _signed(random: np.random.Generator, least: float, most: float) -> float:
    return (1 if random.integers(2) else -1) * random.uniform(least, most)


def _way(centre: Centre, length: float, stray: float, random: np.random.Generator) -> NDArray[np.float64]:
    """Points of a line through the centre, [9, 2]."""
    angle = random.uniform(0, np.pi)
    along = np.linspace(-length / 2, length / 2, 9)[:, None] * (np.cos(angle), np.sin(angle))
    return np.asarray(centre + along + np.cumsum(random.normal(0, stray, (9, 2)), axis=0))


def _line(picture: Picture, points: NDArray[np.float64], width: int) -> Picture:
    mask = np.zeros(picture.shape[:2], np.uint8)
    cv2.polylines(mask, [np.rint(points * 16).astype(np.int32)], False, 255, width, cv2.LINE_AA, 4)
    return _float(mask[..., None]) / 255


def _blob(picture: Picture, centre: Centre, radius: float, wobble: float, random: np.random.Generator) -> Picture:
    """An uneven disc, soft by a pixel or two; the radius is a share of the shorter side."""
    around = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    waves = np.sum([random.normal(0, 1 / n) * np.sin(n * around + random.uniform(0, 7)) for n in range(2, 6)], axis=0)
    reach = radius * min(picture.shape[:2]) * (1 + wobble * waves)[:, None]
    outline = centre + np.stack([np.cos(around), np.sin(around)], 1) * reach
    mask = np.zeros(picture.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.rint(outline * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    return _float(cv2.GaussianBlur(mask, (0, 0), 1.2))[..., None] / 255


def _float(picture: cv2.typing.MatLike) -> Picture:
    return np.asarray(picture, np.float32)

"""What the gate measures of a picture before it is scored; training learns the gate's limits from the same figures."""

from functools import cache
from typing import Final, NamedTuple

import cv2
import cv2.typing
import numpy as np
from numpy.typing import NDArray

from service.contract.picture import Pixels

Floats = NDArray[np.float32]
Edges = NDArray[np.int16]
Picture = cv2.typing.MatLike

SMALLEST_SIDE: Final = 8
LARGEST_SIDE: Final = 128
REDUCED_SIDE: Final = 96
COARSE: Final = (8, 6)

FIGURES: Final = (
    "brightness",
    "contrast",
    "sharpness",
    "fineness",
    "steps_across",
    "steps_down",
    "quietest_block",
    "busiest_block",
    "dullest_row",
    "dullest_column",
    "red",
    "blue",
    "still_edge",
)
FEATURES: Final = len(FIGURES) + 3 * COARSE[0] * COARSE[1]
"""How many numbers a detector weighs, without its constant."""

LEAST: Final = 0.25
"""Added to a figure before its logarithm is taken."""

_AREA: Final = cv2.INTER_AREA
_SUM: Final = cv2.REDUCE_SUM
_SMOOTHING: Final = np.array((1, 2, 1), np.float32)
LEAST_EDGES: Final = 0.1
_OFFSET: Final = np.float32(LEAST)

STILL: Final = 1.0
"""Mean difference of two neighbouring rows or columns, in grey values, below which nothing seems to lie there."""


class Measurement(NamedTuple):
    """``figures`` [len(FIGURES)]; ``features`` [FEATURES + 1] is what detectors weigh."""

    figures: Floats
    features: Floats


def measure(picture: Pixels) -> Measurement:
    """Measure a picture; one with a side over 128 px is first reduced to 96 px, about the size a model sees.

    Figures of grey values: mean; standard deviation; mean absolute Laplacian; by what factor that exceeds the mean of
    the Laplacian smoothed 3 x 3 (blur lowers it, noise raises it); mean absolute difference of neighbours across and
    down; least and largest mean absolute Laplacian of 8 x 6 blocks; least mean difference of two rows and of two
    columns (0 where one repeats). Of colour: the shares of red and blue in all light, in percent. Of what is lost: how
    far stillness, rows or columns that differ by less than 1 on average, reaches inwards from an edge, in percent of
    the side; the furthest of the four.

    Features: the logarithms of the figures; for 8 x 6 coarse pixels each channel less the overall mean, all scaled to
    length 1; then a constant 1.

    Args:
        picture: uint8 [H, W, 3], RGB, sides of at least 8 px.
    """
    small = reduced(picture)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    brightness, contrast = cv2.meanStdDev(grey)
    height, width = grey.shape
    edges, smooth = edges_of(grey)
    sharpness, smoothed = cv2.mean(edges)[0], cv2.norm(smooth, cv2.NORM_L1) / (16 * grey.size)
    down, across = shares(height, COARSE[1]), shares(width, COARSE[0])
    quietest, busiest, _, _ = cv2.minMaxLoc(down.dot(edges.astype(np.float32)).dot(across.T))
    columns = _sums(cv2.absdiff(grey[:, 1:], grey[:, :-1]), 0)
    rows = _sums(cv2.absdiff(grey[1:], grey[:-1]), 1)
    coarse = cv2.resize(small, COARSE, interpolation=_AREA)
    red, green, blue, _ = cv2.mean(coarse)
    light = red + green + blue
    percent = 100 / max(light, 1.0)
    figures = np.array(
        (
            brightness[0, 0],
            contrast[0, 0],
            sharpness,
            sharpness / (smoothed + LEAST_EDGES),
            sum(columns) / (height * len(columns)),
            sum(rows) / (width * len(rows)),
            quietest / grey.size,
            busiest / grey.size,
            min(rows) / width,
            min(columns) / height,
            red * percent,
            blue * percent,
            100 * max(still_edge(rows, width), still_edge(columns, height)),
        ),
        np.float32,
    )
    return Measurement(figures, _features(figures, coarse, light))


def edges_of(grey: Picture) -> tuple[Edges, Edges]:
    """Absolute Laplacian of each channel, and 16 times the smoothed Laplacian, with its sign."""
    edges = cv2.Laplacian(grey, cv2.CV_16S)
    smooth = cv2.sepFilter2D(edges, cv2.CV_16S, _SMOOTHING, _SMOOTHING)
    return np.abs(edges, out=edges), smooth  # type: ignore[return-value]  # of the type that was asked for


@cache
def shares(side: int, blocks: int) -> Floats:
    """How many parts of each pixel lie in each block, [blocks, side]; a pixel has as many parts as there are blocks.

    Edges times shares down and across, divided by the picture's area, are the means of blocks. The sums are whole and
    at most 1020 x 128 x 128, the strongest edges in the largest picture: below 2^24 float32 is exact in any order.
    """
    pixels, starts = np.arange(side) * blocks, np.arange(blocks)[:, np.newaxis] * side
    overlap = np.minimum(pixels + blocks, starts + side) - np.maximum(pixels, starts)
    return np.asarray(np.maximum(overlap, 0), np.float32)


def _features(figures: Floats, coarse: Picture, light: float) -> Floats:
    offsets = coarse.ravel() - np.float32(light / 3)
    features = np.empty(FEATURES + 1, np.float32)
    np.log(figures + _OFFSET, out=features[: len(FIGURES)])
    np.multiply(offsets, np.float32(1 / max(cv2.norm(offsets), 1.0)), out=features[len(FIGURES) : -1])
    features[-1] = 1
    return features


def _sums(differences: Picture, axis: int) -> list[float]:
    """Sum up each row (axis 1) or column (axis 0)."""
    sums: list[float] = cv2.reduce(differences, axis, _SUM, dtype=cv2.CV_32S).ravel().tolist()
    return sums


def still_edge(steps: list[float], side: int) -> float:
    """Share of the steps that are still, from the first one on or back from the last."""
    least = STILL * side
    return max(_still_before(steps, least), _still_before(steps[::-1], least)) / len(steps)


def _still_before(steps: list[float], least: float) -> int:
    """How many steps lie before the first that is not still."""
    for place, step in enumerate(steps):
        if step >= least:
            return place
    return len(steps)


def reduced(picture: Picture) -> Picture:
    """Bring a picture with a side over 128 px to one of 96 px."""
    height, width = picture.shape[:2]
    ratio = REDUCED_SIDE / max(height, width)
    if max(height, width) <= LARGEST_SIDE:
        return picture
    size = (max(SMALLEST_SIDE, round(width * ratio)), max(SMALLEST_SIDE, round(height * ratio)))
    return cv2.resize(picture, size, interpolation=_AREA)

"""The gate's figures of many pictures of one size: the same numbers as ``measure`` gives, with far fewer calls.

The pictures are worked on as the channels of one picture: filters keep channels apart. Sums of whole numbers are exact
in whatever order they are taken, in float32 too below 2^24, so a picture has the same figures in any company.
"""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from service.contract.gate.figures import (
    COARSE,
    FEATURES,
    FIGURES,
    LARGEST_SIDE,
    LEAST,
    LEAST_EDGES,
    STILL,
    Edges,
    Floats,
    Measurement,
    edges_of,
    reduced,
    shares,
    still_edge,
)
from service.contract.picture import Pixels

Numbers = NDArray[np.float64]
Grey = NDArray[np.uint8]

ACROSS, DOWN = COARSE

MOST: Final = 64
"""OpenCV works on at least as many channels at once."""

MOST_PIXELS: Final = 40_000
"""Of pictures measured together, so that what is worked on stays in the cache and linear algebra in one thread."""


def most_together(height: int, width: int) -> int:
    """How many pictures of a size to measure together at most."""
    return max(1, min(MOST, MOST_PIXELS // (height * width)))


def measure_stack(pictures: Sequence[Pixels]) -> Measurement:
    """Measure up to ``MOST`` pictures of one size, uint8 [H, W, 3] RGB: [N, figures] and [N, features + 1]."""
    number = len(pictures)
    large = max(pictures[0].shape) > LARGEST_SIDE
    tall = np.concatenate([reduced(picture) for picture in pictures] if large else pictures)
    grey = _grey(tall, number)
    coarse = _coarse(tall, number)
    red, green, blue = cv2.reduce(coarse, 1, cv2.REDUCE_SUM, dtype=cv2.CV_64F).reshape(number, 3).T / coarse.shape[1]
    light = red + green + blue
    percent = 100 / np.maximum(light, 1.0)
    sharpness, fineness, quietest, busiest = _edges(grey)
    across, down, dullest_row, dullest_column, still = _steps(grey)
    mean, deviation = cv2.meanStdDev(grey)
    figures = np.array(
        (
            mean[:, 0],
            deviation[:, 0],
            sharpness,
            fineness,
            across,
            down,
            quietest,
            busiest,
            dullest_row,
            dullest_column,
            red * percent,
            blue * percent,
            still,
        ),
        np.float32,
    ).T
    return Measurement(figures, _features(figures, coarse.reshape(number, -1), light))


def _grey(tall: Pixels, number: int) -> Grey:
    """Grey values [H, W, N]."""
    grey = cv2.cvtColor(tall.reshape(1, -1, 3), cv2.COLOR_RGB2GRAY)
    turned = cv2.transpose(grey.reshape(number, -1))
    return np.asarray(turned, np.uint8).reshape(-1, tall.shape[1], number)


def _coarse(tall: Pixels, number: int) -> Pixels:
    """Means of 8 x 6 blocks of each picture, [N, blocks, 3]; no block reaches into the next picture."""
    coarse = cv2.resize(tall, (ACROSS, DOWN * number), interpolation=cv2.INTER_AREA)
    return np.asarray(coarse, np.uint8).reshape(number, -1, 3)


def _edges(grey: Grey) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Sharpness, fineness, and the blocks with the fewest and the most edges."""
    height, width, number = grey.shape
    edges, smooth = edges_of(grey)
    sharpness, smoothed = _means(edges), _means(np.abs(smooth, out=smooth)) / 16
    rows = shares(height, DOWN) @ edges.reshape(height, -1).astype(np.float32)
    blocks = (shares(width, ACROSS) @ rows.reshape(DOWN, width, number)).reshape(-1, number)
    quietest, busiest = np.minimum.reduce(blocks), np.maximum.reduce(blocks)
    return sharpness, sharpness / (smoothed + LEAST_EDGES), quietest / (height * width), busiest / (height * width)


def _means(pictures: Edges) -> Numbers:
    return np.asarray(cv2.meanStdDev(pictures)[0][:, 0], np.float64)


def _steps(grey: Grey) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Mean difference of neighbours across and down, the least of two rows and of two columns, and the still edge."""
    height, width, number = grey.shape
    lines = grey.reshape(height, -1)
    across = cv2.absdiff(lines[:, number:], lines[:, :-number])
    columns = np.asarray(cv2.reduce(across, 0, cv2.REDUCE_SUM, dtype=cv2.CV_32F), np.float32).reshape(-1, number)
    down = np.asarray(cv2.absdiff(lines[1:], lines[:-1]), np.float32)
    rows = (np.ones((1, width), np.float32) @ down.reshape(-1, width, number)).reshape(-1, number)
    return (
        np.add.reduce(columns) / (height * (width - 1)),
        np.add.reduce(rows) / ((height - 1) * width),
        np.minimum.reduce(rows) / width,
        np.minimum.reduce(columns) / height,
        np.maximum(_still_edges(rows, width), _still_edges(columns, height)),
    )


def _still_edges(steps: Floats, side: int) -> Floats:
    """Percent of the steps; most pictures move from the first step to the last, the others are gone through alone."""
    still = np.zeros(steps.shape[1], np.float32)
    for place in np.flatnonzero(np.minimum(steps[0], steps[-1]) < STILL * side):
        still[place] = 100 * still_edge(steps[:, place].tolist(), side)
    return still


def _features(figures: Floats, coarse: Pixels, light: Numbers) -> Floats:
    offsets = coarse - (light / 3).astype(np.float32)[:, np.newaxis]
    lengths = np.sqrt(np.einsum("ij,ij->i", offsets, offsets, dtype=np.float64))
    features = np.ones((len(figures), FEATURES + 1), np.float32)
    np.log(figures + np.float32(LEAST), out=features[:, : len(FIGURES)])
    scales = (1 / np.maximum(lengths, 1.0)).astype(np.float32)
    np.multiply(offsets, scales[:, np.newaxis], out=features[:, len(FIGURES) : -1])
    return features

"""The gate's figures of many pictures of one size: the same numbers as ``measure`` gives, with far fewer calls.

The stack is worked on as one tall picture. Where a filter looks beyond the edge of a picture, mirrored rows stand
between it and the next one. Sums of whole numbers, and of sixteenths, are exact in whatever order they are taken, so a
picture has the same figures in any company.
"""

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from service.contract.picture import Pixels
from service.contract.usability import (
    COARSE,
    FEATURES,
    FIGURES,
    LEAST,
    LEAST_EDGES,
    STILL,
    Floats,
    Measurement,
    reduced,
)

Numbers = NDArray[np.float64]
Grey = NDArray[np.uint8]

ACROSS, DOWN = COARSE


def measure_stack(pictures: Iterable[Pixels]) -> Measurement:
    """Measure pictures of one size, uint8 [H, W, 3] RGB, into rows: [N, figures] and [N, features + 1]."""
    stack: Pixels = np.stack([reduced(picture) for picture in pictures])
    number, height, width = stack.shape[:3]
    tall = stack.reshape(number * height, width, 3)
    grey = np.asarray(cv2.cvtColor(tall, cv2.COLOR_RGB2GRAY), np.uint8).reshape(number, height, width)
    coarse = _blocks(tall, number).reshape(number, ACROSS * DOWN, 3)
    red, green, blue = coarse.mean(axis=1).T
    light = red + green + blue
    percent = 100 / np.maximum(light, 1.0)
    sharpness, fineness, quietest, busiest = _edges(grey)
    across, down, dullest_row, dullest_column, still_edge = _steps(grey)
    grey_figures = (*_light(grey), sharpness, fineness, across, down, quietest, busiest, dullest_row, dullest_column)
    figures = np.stack((*grey_figures, red * percent, blue * percent, still_edge), axis=1).astype(np.float32)
    return Measurement(figures, _features(figures, coarse.reshape(number, -1), light))


def _light(grey: Grey) -> tuple[Numbers, Numbers]:
    """Mean and standard deviation."""
    both = np.array([cv2.meanStdDev(picture) for picture in grey]).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def _edges(grey: Grey) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Sharpness, fineness, and the blocks with the fewest and the most edges."""
    number, height, width = grey.shape
    framed = np.concatenate((grey[:, 1:2], grey, grey[:, -2:-1]), axis=1)
    edges = np.asarray(cv2.Laplacian(framed.reshape(-1, width), cv2.CV_32F), np.float32).reshape(framed.shape)
    edges[:, 0], edges[:, -1] = edges[:, 2], edges[:, -3]
    smooth = np.asarray(cv2.GaussianBlur(edges.reshape(-1, width), (3, 3), 0), np.float32).reshape(framed.shape)
    smoothed = _sums(smooth) / (height * width)
    sharpness = _sums(edges) / (height * width)
    blocks = _blocks(edges[:, 1:-1].reshape(-1, width), number).reshape(number, -1)
    return sharpness, sharpness / (smoothed + LEAST_EDGES), blocks.min(axis=1), blocks.max(axis=1)


def _sums(framed: Floats) -> Numbers:
    """Make everything positive where it lies, to use little memory, and sum up each picture without its frame."""
    number, _, width = framed.shape
    np.abs(framed, out=framed)
    rows = np.asarray(cv2.reduce(framed.reshape(-1, width), 1, cv2.REDUCE_SUM, dtype=cv2.CV_64F))
    return np.asarray(rows.reshape(number, -1)[:, 1:-1].sum(axis=1))


def _steps(grey: Grey) -> tuple[Numbers, Numbers, Numbers, Numbers, Numbers]:
    """Mean difference of neighbours across and down, the least of two rows and of two columns, and the still edge."""
    number, height, width = grey.shape
    flat = grey.reshape(-1, width)
    across = np.asarray(cv2.absdiff(flat[:, 1:], flat[:, :-1])).reshape(number, height, width - 1)
    columns = across.sum(axis=1, dtype=np.int32)
    down = cv2.absdiff(grey[:, 1:].reshape(-1, width), grey[:, :-1].reshape(-1, width))
    rows = np.asarray(cv2.reduce(down, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S)).reshape(number, height - 1)
    means = columns.sum(axis=1) / (height * (width - 1)), rows.sum(axis=1) / ((height - 1) * width)
    rows, columns = rows / width, columns / height
    still_edge = 100 * np.maximum(_still_edges(rows), _still_edges(columns))
    return *means, rows.min(axis=1), columns.min(axis=1), still_edge


def _still_edges(steps: Numbers) -> Numbers:
    """Share of each row's steps that are still, from the first one on or back from the last."""
    moving = steps >= STILL
    reach = np.maximum(moving.argmax(axis=1), moving[:, ::-1].argmax(axis=1)) / moving.shape[1]
    return np.where(moving.any(axis=1), reach, 1.0)


def _blocks(tall: Grey | Floats, number: int) -> Grey | Floats:
    """Means of 8 x 6 blocks of each of so many pictures; no block reaches into the next picture."""
    return cv2.resize(tall, (ACROSS, DOWN * number), interpolation=cv2.INTER_AREA)  # type: ignore[return-value]  # of the type that came in


def _features(figures: Floats, coarse: Grey | Floats, light: Numbers) -> Floats:
    offsets = coarse - (light / 3).astype(np.float32)[:, np.newaxis]
    lengths = np.sqrt(np.einsum("ij,ij->i", offsets, offsets, dtype=np.float64))
    features = np.ones((len(figures), FEATURES + 1), np.float32)
    np.log(figures + np.float32(LEAST), out=features[:, : len(FIGURES)])
    scales = (1 / np.maximum(lengths, 1.0)).astype(np.float32)
    np.multiply(offsets, scales[:, np.newaxis], out=features[:, len(FIGURES) : -1])
    return features

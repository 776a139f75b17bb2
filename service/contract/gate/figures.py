"""What the gate measures of a picture; training learns the gate's limits from the same figures.

Everything is measured on the model's pixels, since that is what the score sees, and so all pictures have one size and
are measured together. Sums of whole numbers are exact, so a picture has the same figures in any company.
"""

from functools import cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from service.contract.picture import Pixels

Floats = NDArray[np.float32]
Numbers = NDArray[np.float64]
Planes = NDArray[np.uint8]

SMALLEST_SIDE: Final = 8

FIGURES: Final = (
    "brightness",
    "contrast",
    "sharpness",
    "fineness",
    "roughness",
    "busiest_line",
    "colourfulness",
    "blue_share",
    "green_share",
    "still_share",
)
WEIGHED: Final = 7
"""How many figures, from the first one, a detector weighs; none of them says where in the picture anything lies."""

LEAST: Final = 0.25
"""Added to a figure before its logarithm is taken, and to a divisor."""

_LEAST: Final = np.float32(LEAST)

STILL: Final = 0.5
"""Mean difference of two neighbouring rows or columns, in grey values, below which nothing seems to lie there."""

MOST: Final = 128
"""Pictures measured at once: they become channels, of which OpenCV knows no more."""

_SIDES: Final = 12
"""Parts of the width, of which the first and the last are the outer columns."""

_OFFSETS: Final = (1, 2, 4)
"""How far apart pixels lie that are compared: neighbours, near ones, far ones."""

_COLOURS: Final = 2 * len(_OFFSETS)
_PLANES: Final = _COLOURS + 3
"""What is summed up of each picture: steps down, steps across, and from ``_COLOURS`` on what is seen of colour."""


def measure(pixels: Pixels) -> Floats:
    """Measure pictures, [N, figures].

    Of grey values: ``brightness`` is their mean and ``contrast`` their standard deviation; ``sharpness`` is the mean
    absolute difference of neighbours, across and down. ``fineness`` is what neighbours differ by as a share of what
    pixels two apart do, in percent: 50 on a smooth ramp, 100 in noise; ``roughness`` is the same of neighbours and
    pixels four apart. ``busiest_line`` is the largest mean difference of two neighbouring rows or columns;
    ``still_share`` is the percentage of rows, or of columns where that is more, that differ by less than 0.5.
    Of colour: ``colourfulness`` is the mean of the largest less the smallest channel; ``blue_share`` is the percentage
    of pixels in the outer columns, a twelfth of the width on either side, that are more blue than red: beside the well
    lies what keeps its colour, whatever the metal does. ``green_share`` is that of pixels that are more green than
    anything else.

    Args:
        pixels: uint8 [N, H, W, 3], RGB, sides of at least 8 px.
    """
    parts = [_measured(pixels[start : start + MOST]) for start in range(0, len(pixels), MOST)]
    if len(parts) == 1:
        return parts[0]
    return np.concatenate(parts) if parts else np.zeros((0, len(FIGURES)), np.float32)


def _measured(pixels: Pixels) -> Floats:
    number, height, width, _ = pixels.shape
    tall = pixels.reshape(number * height, width, 3)
    grey = np.asarray(cv2.cvtColor(tall, cv2.COLOR_RGB2GRAY), np.uint8)
    turned = np.asarray(cv2.transpose(grey.reshape(number, -1)), np.uint8).reshape(height, width, number)
    brightness, contrast = cv2.meanStdDev(turned)
    planes = np.zeros((_PLANES, *grey.shape), np.uint8)
    _fill_with_steps(planes, grey)
    _fill_with_colours(planes[_COLOURS:], tall)
    rows = np.asarray(cv2.reduce(planes.reshape(-1, width), 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S))
    rows = rows.reshape(_PLANES, number, height)
    for plane, offset in enumerate(_OFFSETS):
        rows[plane, :, -offset:] = 0  # rows of two pictures
    means = np.add.reduce(rows, axis=2) / _sizes(height, width)
    apart = (means[: len(_OFFSETS)] + means[len(_OFFSETS) : _COLOURS]) / 2
    lines = np.concatenate((rows[0, :, :-1] / width, _column_steps(turned) / height), axis=1)
    still = np.add.reduceat(lines < STILL, (0, height - 1), axis=1, dtype=np.float64) / (height - 1, width - 1)
    figures = (
        brightness[:, 0],
        contrast[:, 0],
        apart[0],
        *(100 * apart[0] / (apart[1:] + LEAST)),
        np.maximum.reduce(lines, axis=1),
        *means[_COLOURS:],
        100 * np.maximum.reduce(still, axis=1),
    )
    return np.array(figures, np.float32).T


def features_of(figures: Floats) -> Floats:
    """What detectors weigh: the logarithms of the first figures and a constant 1, [N, WEIGHED + 1]."""
    features = np.empty((len(figures), WEIGHED + 1), np.float32)
    np.log(figures[:, :WEIGHED] + _LEAST, out=features[:, :WEIGHED])
    features[:, WEIGHED] = 1
    return features


def _fill_with_steps(planes: Planes, grey: Pixels) -> None:
    """Absolute differences of pixels that lie so far apart, first those down, then those across; 0 where none lies."""
    for place, offset in enumerate(_OFFSETS):
        cv2.absdiff(grey[offset:], grey[:-offset], planes[place, :-offset])
        cv2.absdiff(grey[:, offset:], grey[:, :-offset], planes[len(_OFFSETS) + place, :, :-offset])


def _fill_with_colours(planes: Planes, tall: Pixels) -> None:
    """Colourfulness, then 255 where a pixel at a side is more blue than red, and where one is green."""
    red, green, blue = cv2.split(tall)
    larger, smaller = cv2.max(red, blue), cv2.min(red, blue)
    cv2.subtract(cv2.max(larger, green), cv2.min(smaller, green), planes[0])
    cv2.compare(blue, red, cv2.CMP_GT, planes[1])
    side = _side(tall.shape[1])
    planes[1, :, side:-side] = 0
    cv2.compare(green, larger, cv2.CMP_GT, planes[2])


@cache
def _sizes(height: int, width: int) -> Numbers:
    """By what the sums of planes are divided to become figures, [planes, 1]."""
    down = [width * (height - offset) for offset in _OFFSETS]
    across = [height * (width - offset) for offset in _OFFSETS]
    pixels, sides = height * width, height * 2 * _side(width)
    return np.array([*down, *across, pixels, 2.55 * sides, 2.55 * pixels])[:, np.newaxis]


def _side(width: int) -> int:
    return -(-width // _SIDES)


def _column_steps(turned: Pixels) -> Numbers:
    """Sums of the differences of neighbouring columns, [N, W - 1], of pictures that are channels, [H, W, N]."""
    height, _, number = turned.shape
    lines = turned.reshape(height, -1)
    across = cv2.absdiff(lines[:, number:], lines[:, :-number])
    return np.asarray(cv2.reduce(across, 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S).reshape(-1, number).T)

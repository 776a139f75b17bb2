"""What the gate measures of a picture; training learns the gate's limits from the same figures.

Everything is measured on the model's pixels, since that is what the score sees, and so all pictures have one size and
are measured together. Sums of whole numbers are exact, so a picture has the same figures in any company.
"""

from typing import Final

import cv2
import cv2.typing
import numpy as np
from numpy.typing import NDArray

from service.contract.picture import Pixels

Floats = NDArray[np.float32]
Numbers = NDArray[np.float64]
Plane = cv2.typing.MatLike

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

STILL: Final = 0.5
"""Mean difference of two neighbouring rows or columns, in grey values, below which nothing seems to lie there."""

MOST: Final = 128
"""Pictures measured at once: they become channels, of which OpenCV knows no more."""

_SIDES: Final = 12
"""Parts of the width, of which the first and the last are the outer columns."""

_NEAR: Final = 2
_FAR: Final = 4


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
    return np.concatenate(parts) if parts else np.zeros((0, len(FIGURES)), np.float32)


def _measured(pixels: Pixels) -> Floats:
    number, height, width, _ = pixels.shape
    tall = pixels.reshape(number * height, width, 3)
    grey = np.asarray(cv2.cvtColor(tall, cv2.COLOR_RGB2GRAY), np.uint8)
    turned = np.asarray(cv2.transpose(grey.reshape(number, -1)), np.uint8).reshape(height, width, number)
    brightness, contrast = cv2.meanStdDev(turned)
    rows, columns = _row_steps(grey, number) / width, _column_steps(turned) / height
    sharpness = (rows.mean(axis=1) + columns.mean(axis=1)) / 2
    near, far = (_mean_step(grey, number, offset) for offset in (_NEAR, _FAR))
    figures = (
        brightness[:, 0],
        contrast[:, 0],
        sharpness,
        100 * sharpness / (near + LEAST),
        100 * sharpness / (far + LEAST),
        np.maximum(rows.max(axis=1), columns.max(axis=1)),
        *_colours(tall, number),
        100 * np.maximum((rows < STILL).mean(axis=1), (columns < STILL).mean(axis=1)),
    )
    return np.stack(figures, axis=1, dtype=np.float32)


def features_of(figures: Floats) -> Floats:
    """What detectors weigh: the logarithms of the first figures and a constant 1, [N, WEIGHED + 1]."""
    features = np.ones((len(figures), WEIGHED + 1), np.float32)
    np.log(figures[:, :WEIGHED] + np.float32(LEAST), out=features[:, :WEIGHED])
    return features


def _means(planes: Plane, number: int) -> Numbers:
    """Mean of each of the pictures that lie below each other."""
    flat = planes.reshape(number, -1)
    return np.asarray(cv2.reduce(flat, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S)[:, 0] / flat.shape[1], np.float64)


def _colours(tall: Pixels, number: int) -> tuple[Numbers, Numbers, Numbers]:
    """Colourfulness and the shares of blue pixels at the sides and of green pixels."""
    red, green, blue = cv2.split(tall)
    larger, smaller = cv2.max(red, blue), cv2.min(red, blue)
    spread = cv2.subtract(cv2.max(larger, green), cv2.min(smaller, green))
    is_blue, is_green = cv2.compare(blue, red, cv2.CMP_GT), cv2.compare(green, larger, cv2.CMP_GT)
    side = -(-tall.shape[1] // _SIDES)
    sides = np.concatenate((is_blue[:, :side], is_blue[:, -side:]), axis=1)
    return _means(spread, number), _means(sides, number) / 2.55, _means(is_green, number) / 2.55


def _row_steps(grey: Pixels, number: int, offset: int = 1) -> Numbers:
    """Sums of the differences of rows ``offset`` apart, [N, H - offset]; rows of two pictures are left out."""
    sums = np.zeros(len(grey))
    down = cv2.absdiff(grey[offset:], grey[:-offset])
    sums[:-offset] = cv2.reduce(down, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S)[:, 0]
    return sums.reshape(number, -1)[:, :-offset]


def _column_steps(turned: Pixels) -> Numbers:
    """Sums of the differences of neighbouring columns, [N, W - 1], of pictures that are channels, [H, W, N]."""
    height, _, number = turned.shape
    lines = turned.reshape(height, -1)
    across = cv2.absdiff(lines[:, number:], lines[:, :-number])
    return np.asarray(cv2.reduce(across, 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S).reshape(-1, number).T, np.float64)


def _mean_step(grey: Pixels, number: int, offset: int) -> Numbers:
    """Mean absolute difference of pixels ``offset`` apart, across and down."""
    across = _means(cv2.absdiff(grey[:, offset:], grey[:, :-offset]), number)
    down = _row_steps(grey, number, offset)
    return np.asarray((across + down.mean(axis=1) / grey.shape[1]) / 2, np.float64)

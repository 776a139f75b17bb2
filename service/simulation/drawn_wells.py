"""Wells that are drawn frame by frame, from an artefact's own good golden pictures: good, leaking, in steam, covered.

Good golden pictures are averages of good wells, so what is drawn from them looks like the wells of that artefact,
whatever it was trained on. Pictures are uint8 [H, W, 3] RGB; work in progress is float32 of the same shape, 0..255.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from service.contract.picture import Pixels

Floats = NDArray[np.float32]

LONGEST_SIDE_PX = 192
"""Golden pictures below half of it are enlarged by two: people look at them."""

CONTRAST = 1.2
_FINE = 8
_STREAM_STEPS = 12


class DrawnWell:
    """One crop position: a place between two golden pictures, with stains and light of its own that stay."""

    def __init__(self, golden: Sequence[Pixels], seed: tuple[int, ...]) -> None:
        self._random = np.random.default_rng(seed)
        first, second = (golden[index] for index in self._random.choice(len(golden), 2))
        share = self._random.uniform(0, 0.2)
        clean = first * (1 - share) + cv2.resize(second, first.shape[1::-1]) * share
        self._well = _enlarged(_crisp(np.asarray(clean, np.float32)))
        height, width = self._well.shape[:2]
        stains = self._random.normal(0, 1, (4, 6, 1)).astype(np.float32)
        self._well *= 1 + 0.012 * cv2.resize(stains, (width, height), interpolation=cv2.INTER_CUBIC)[..., None]
        self._way = self._stream()

    def show(self, leak: float = 0, steam: float = 0, tool: float = 0) -> Pixels:
        """Draw the next frame, never twice the same: with light that flickers, grain, and what happens in it.

        Args:
            leak: 0 none, 1 a full stream of metal.
            steam: the share of light that it takes.
            tool: how far a ladle's handle reaches in, 1 = to the middle.
        """
        picture = self._well.copy()
        if leak:
            picture = self._with_stream(picture, leak)
        if tool:
            picture = _with_handle(picture, tool)
        if steam:
            picture = self._in_steam(picture, steam)
        picture = picture * self._random.uniform(0.98, 1.02) + self._grain(picture.shape[:2])
        return np.clip(np.rint(picture), 0, 255).astype(np.uint8)

    def _grain(self, size: tuple[int, int]) -> Floats:
        """Noise of a camera: a little, and a little coarser than one pixel."""
        return np.asarray(cv2.GaussianBlur(self._random.normal(0, 2.5, (*size, 1)), (0, 0), 0.8), np.float32)[..., None]

    def _stream(self) -> Floats:
        """The way of a leak, [n, 2] in shares of width and height: from the upper third out over the lower edge."""
        down = np.linspace(0.2, 1.05, _STREAM_STEPS)
        aside = self._random.uniform(0.35, 0.65) + np.cumsum(self._random.normal(0, 0.025, _STREAM_STEPS))
        return np.stack((aside, down), axis=1).astype(np.float32)

    def _with_stream(self, picture: Floats, leak: float) -> Floats:
        """Bright, slightly bluish metal that has run down as far as ``leak`` says, with a shining core."""
        reached = self._way[: max(2, round(leak * _STREAM_STEPS))]
        light = float(np.quantile(picture.mean(axis=2), 0.8))
        for width, gain in ((0.13, 1.25), (0.05, 1.75)):
            where = _band(picture.shape[:2], reached, width)
            picture = picture + (np.array([0.97, 1.0, 1.05], np.float32) * light * gain - picture) * where
        return picture

    def _in_steam(self, picture: Floats, steam: float) -> Floats:
        """Milky clouds that drift, so that no two frames are alike."""
        height, width = picture.shape[:2]
        clouds = cv2.resize(self._random.uniform(0.85, 1.1, (3, 4)), (width, height), interpolation=cv2.INTER_CUBIC)
        share = np.clip(steam * clouds, 0, 1).astype(np.float32)[..., None]
        return np.asarray(picture * (1 - share) + picture.mean(axis=(0, 1)) * 1.2 * share, np.float32)


def _enlarged(picture: Floats) -> Floats:
    height, width = picture.shape[:2]
    if 2 * max(height, width) > LONGEST_SIDE_PX:
        return picture
    return np.asarray(cv2.resize(picture, (2 * width, 2 * height), interpolation=cv2.INTER_CUBIC), np.float32)


def _crisp(picture: Floats) -> Floats:
    """Give an average of many wells the contrast of a single one."""
    mean = picture.mean(axis=(0, 1))
    return np.asarray(mean + CONTRAST * (picture - mean), np.float32)


def _with_handle(picture: Floats, reach: float) -> Floats:
    """A dark handle from the upper right corner towards the middle."""
    way = np.array([[1.1, -0.2], [1.1 - 0.6 * reach, -0.2 + 0.7 * reach]], np.float32)
    where = _band(picture.shape[:2], way, 0.16)
    return np.asarray(picture + (picture.mean(axis=(0, 1)) * 0.45 - picture) * where, np.float32)


def _band(size: tuple[int, int], way: Floats, width: float) -> Floats:
    """A soft mask [H, W, 1] of a line along ``way``; ``width`` is a share of the picture's height."""
    canvas = np.zeros((size[0] * _FINE, size[1] * _FINE), np.uint8)
    points = np.rint(way * (canvas.shape[1], canvas.shape[0])).astype(np.int32)
    cv2.polylines(canvas, [points], isClosed=False, color=(255,), thickness=max(1, round(width * canvas.shape[0])))
    small = cv2.resize(canvas, size[::-1], interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(small.astype(np.float32) / 255, (0, 0), 0.8), np.float32)[..., None]

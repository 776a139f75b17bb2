"""The same well through another camera, lens, codec or framing: harmless, though no picture of one day shows it.

Every function but ``half_off`` takes a picture uint8 [H, W, 3] RGB, a strength 0..1 (1 = the worst that must be borne)
and a random generator, and returns a new picture of the same shape.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from training.synthetic.eight_bits import recompressed, to_picture
from training.synthetic.shapes import Floats, Picture, blend, noise, soften

SEAM = 3
"""Rows on either side over which two halves of a well pass into each other."""


def reframed(picture: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """Sides up to 18 % longer or 15 % shorter, off centre by up to 12 % of the width and 14 % of the height."""
    height, width = picture.shape[:2]
    wide, high = np.exp(strength * rng.uniform(-0.16, 0.16, 2)).tolist()
    dx, dy = (strength * np.array([0.12 * width, 0.14 * height]) * rng.uniform(-1, 1, 2)).tolist()
    move = np.array([[wide, 0, dx + (1 - wide) * width / 2], [0, high, dy + (1 - high) * height / 2]], np.float32)
    moved = cv2.warpAffine(picture, move, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(moved, np.uint8)


def half_off(upper: Picture, others: Sequence[Picture], rng: np.random.Generator) -> Picture:
    """A crop too low or too high by a quarter to three quarters of its height, with what really lies there.

    The halves of a well lie above each other: below the one begins the other. Of the others, all of
    them pictures of good wells, the one that continues the upper one best lies below it, in its light.
    """
    height = len(upper)
    below = min((_lit_alike(upper, other) for other in others), key=lambda other: _step(upper, other))
    both = np.concatenate([upper.astype(np.float32), below])
    last, first = both[height - 1].copy(), both[height].copy()
    for row in range(-SEAM, SEAM):
        share = (row + SEAM + 0.5) / (2 * SEAM)
        at = height + row
        above, under = (both[at].copy(), first) if row < 0 else (last, both[at].copy())
        both[at] = (1 - share) * above + share * under
    top = int(rng.uniform(0.25, 0.75) * height)
    return to_picture(both[top : top + height])


def _lit_alike(upper: Picture, other: Picture) -> Floats:
    below = cv2.resize(other, (upper.shape[1], upper.shape[0])).astype(np.float32)
    light = upper.reshape(-1, 3).mean(0) / np.maximum(below.reshape(-1, 3).mean(0), 1)
    return np.asarray(below * light, np.float32)


def _step(upper: Picture, below: Floats) -> float:
    """How much the lowest rows of the one differ from the first rows of the other."""
    return float(np.abs(upper[-SEAM:].mean(0) - below[:SEAM].mean(0)).mean())


def thick_steam(picture: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """A cloud over the whole well that leaves down to a tenth of the contrast."""
    mean = picture.reshape(-1, 3).mean(0)
    colour = (0.75 * mean + 0.25 * mean.mean() * np.array([0.95, 1.05, 1.0])) * rng.uniform(0.85, 1.2)
    cloud = np.clip(0.75 * strength + 0.2 * strength * noise(picture.shape[:2], 2, rng), 0, 0.92)
    return to_picture(blend(picture.astype(np.float32), colour.astype(np.float32), np.asarray(cloud, np.float32)))


def transcoded(picture: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """Softer or noisier, at JPEG quality 95 down to 40, perhaps with the coarse colour of other decoders.

    FFmpeg's fast path repeats each colour pixel twice in both directions, where OpenCV interpolates.
    """
    values = picture.astype(np.float32)
    if rng.uniform() < 0.5:  # noqa: PLR2004  # half of all lenses
        values = soften(values, float(0.5 + 4 * strength * rng.uniform()))
    if rng.uniform() < 0.3:  # noqa: PLR2004  # fewer sensors are noisy
        values = np.asarray(values + rng.normal(0, 0.3 + 2.2 * strength * rng.uniform(), values.shape), np.float32)
    decoded = recompressed(to_picture(values), round(95 - 55 * strength * float(rng.uniform(0.3, 1))))
    return _coarse_colour(decoded) if rng.uniform() < 0.3 else decoded  # noqa: PLR2004  # fewer decoders do


def _coarse_colour(picture: Picture) -> Picture:
    height, width = picture.shape[:2]
    planes = cv2.cvtColor(picture, cv2.COLOR_RGB2YCrCb)
    half = cv2.resize(planes[..., 1:], (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    planes[..., 1:] = cv2.resize(half, (width, height), interpolation=cv2.INTER_NEAREST)
    return np.asarray(cv2.cvtColor(planes, cv2.COLOR_YCrCb2RGB), np.uint8)


def contrast(picture: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """Contrast off by a factor of up to 1.6 and light by up to a quarter, with a slight cast."""
    mean = picture.reshape(-1, 3).mean(0)
    gain, light = np.exp(strength * rng.uniform((-0.5, -0.28), (0.4, 0.18)))
    cast = 1 + 0.05 * strength * rng.uniform(-1, 1, 3)
    return to_picture((picture - mean) * gain + mean * light * cast)


def sharpened(picture: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """What a sharper lens or the camera's own sharpening makes of it: fine structure up to three times as strong."""
    start = picture.astype(np.float32)
    smooth = soften(start, float(rng.uniform(3, 9)))
    return to_picture(start + (start - smooth) * np.float32(2 * strength * rng.uniform(0.15, 1)))

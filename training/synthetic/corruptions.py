"""What happens to a picture between lamp and service: simulated faults that make a picture unusable.

Unlike the disturbances of the synthetic pictures, none of these may end in ``no_leak``. Every fault takes a picture,
uint8 [H, W, 3] RGB, and a random generator and returns a picture of the same shape.
"""

from collections.abc import Callable, Mapping
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from service.contract.decision import Reason
from service.contract.picture import Pixels
from training.synthetic.eight_bits import recompressed, to_picture

Random = np.random.Generator
Fault = Callable[[Pixels, Random], Pixels]


def blurred(picture: Pixels, sigma: float) -> Pixels:
    """Out of focus: Gaussian, sigma in pixels."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.uint8)


def smeared(picture: Pixels, length: int, rng: Random) -> Pixels:
    """Moved while exposed: averaged over ``length`` pixels, across or down."""
    size = (length, 1) if rng.random() < 0.5 else (1, length)  # noqa: PLR2004  # as often across as down
    return np.asarray(cv2.blur(picture, size), np.uint8)


def lit(picture: Pixels, gain: float) -> Pixels:
    """Lamp dimmed (gain below 1) or exposure too long (above)."""
    return to_picture(picture * np.float32(gain))


def noisy(picture: Pixels, sigma: float, rng: Random) -> Pixels:
    """Sensor noise, independent by pixel and channel."""
    return to_picture(picture + rng.normal(0, sigma, picture.shape))


def peppered(picture: Pixels, share: float, rng: Random) -> Pixels:
    """A share of the pixels black or white."""
    result = picture.copy()
    hit = rng.random(picture.shape[:2])
    result[hit < share / 2] = 0
    result[hit > 1 - share / 2] = 255
    return result


def veiled(picture: Pixels, share: float, colour: NDArray[np.floating] | float) -> Pixels:
    """Steam or a dirty glass: a share of the light comes from the veil."""
    return to_picture(picture * np.float32(1 - share) + share * np.asarray(colour))


def cut(picture: Pixels, share: float, side: int, fill: int | None) -> Pixels:
    """A share of the picture lost from below, above, the right or the left (side 0..3).

    ``fill`` is the grey level in its place; None repeats the last row or column that arrived, as decoders do.
    """
    turned = np.rot90(picture, side) if side % 2 else np.flip(picture, 0) if side else picture
    result = turned.copy()
    kept = max(1, round(len(result) * (1 - share)))
    result[kept:] = result[kept - 1] if fill is None else fill
    back = np.rot90(result, -side) if side % 2 else np.flip(result, 0) if side else result
    return np.ascontiguousarray(back)


def _incomplete(picture: Pixels, rng: Random) -> Pixels:
    fill = (128, 0, 255, None)[rng.integers(4)]
    return cut(picture, rng.uniform(0.2, 0.8), int(rng.integers(4)), fill)


def _noisy(picture: Pixels, rng: Random) -> Pixels:
    if rng.random() < 0.3:  # noqa: PLR2004  # less often than plain noise
        return peppered(picture, rng.uniform(0.01, 0.1), rng)
    return noisy(picture, rng.uniform(8, 40), rng)


def _colour(picture: Pixels, rng: Random) -> Pixels:
    kind = rng.integers(9)
    if kind == 0:
        return 255 - picture
    if kind == 1:
        return np.repeat(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)
    order = ((2, 1, 0), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0), (2, 1, 0))[kind - 2]
    return np.ascontiguousarray(picture[..., order])


def _blurred(picture: Pixels, rng: Random) -> Pixels:
    if rng.random() < 0.3:  # noqa: PLR2004  # less often than out of focus
        return smeared(picture, int(rng.integers(5, 12)), rng)
    return blurred(picture, rng.uniform(1, 4))


def _steamed(picture: Pixels, rng: Random) -> Pixels:
    if rng.random() < 0.3:  # noqa: PLR2004  # white veils are the easier ones
        return veiled(picture, rng.uniform(0.3, 0.9), rng.uniform(180, 250))
    return veiled(picture, rng.uniform(0.4, 0.75), picture.mean((0, 1)) * rng.uniform(0.95, 1.3))


def _upside_down(picture: Pixels, rng: Random) -> Pixels:
    return np.ascontiguousarray(picture[::-1] if rng.random() < 0.5 else picture[::-1, ::-1])  # noqa: PLR2004  # either


def _unlike_well(picture: Pixels, rng: Random) -> Pixels:
    height, width = picture.shape[:2]
    kind = rng.integers(4)
    if kind == 0:
        part = rng.uniform(0.3, 0.5)
        top, left = (int(rng.uniform(0, (1 - part)) * side) for side in (height, width))
        piece = picture[top : top + max(2, int(part * height)), left : left + max(2, int(part * width))]
        return np.asarray(cv2.resize(piece, (width, height)), np.uint8)
    if kind == 1:
        return np.asarray(cv2.resize(np.ascontiguousarray(np.rot90(picture)), (width, height)), np.uint8)
    if kind == 2:  # noqa: PLR2004  # the lower part of the frame slipped sideways
        result = picture.copy()
        result[height // 2 :] = np.roll(result[height // 2 :], int(width * rng.uniform(0.25, 0.75)), axis=1)
        return result
    return np.roll(picture, (int(height * rng.uniform(0.3, 0.7)), int(width * rng.uniform(0.3, 0.7))), axis=(0, 1))


FAMILIES: Final[Mapping[Reason, Fault]] = {
    Reason.INPUT_INCOMPLETE: _incomplete,
    Reason.INPUT_COLOUR: _colour,
    Reason.INPUT_DARK: lambda picture, rng: lit(picture, rng.uniform(0.15, 0.7)),
    Reason.INPUT_BRIGHT: lambda picture, rng: lit(picture, rng.uniform(1.35, 2)),
    Reason.INPUT_NOISY: _noisy,
    Reason.INPUT_BLURRED: _blurred,
    Reason.INPUT_STEAMED: _steamed,
    Reason.INPUT_UPSIDE_DOWN: _upside_down,
    Reason.INPUT_UNLIKE_WELL: _unlike_well,
}
"""By the reason that the gate should give, in the order in which the gate names them."""

HIDING: Final = frozenset({Reason.INPUT_DARK, Reason.INPUT_BLURRED, Reason.INPUT_STEAMED})
"""Faults that take from a leak what tells it from a good well."""


def simulate(reason: Reason, picture: Pixels, rng: Random) -> Pixels:
    """Draw one fault of a family at a random strength; every second one is compressed once more."""
    faulty = FAMILIES[reason](picture, rng)
    if rng.random() < 0.5:  # noqa: PLR2004  # cameras send both
        return recompressed(faulty, int(rng.integers(75, 97)))
    return faulty

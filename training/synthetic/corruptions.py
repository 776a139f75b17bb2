"""What may happen to a picture between lamp and service, one function a corruption.

Each takes a picture, uint8 [H, W, 3] RGB, and an amount, and returns a picture of the same shape. How much of each is
harmless or too much stands in :mod:`training.synthetic.corruption_table`.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from service.contract.picture import Pixels
from training.synthetic.eight_bits import to_picture

Random = np.random.Generator

FINEST_SIGMA: Final = 0.1


def blurred(picture: Pixels, sigma: float) -> Pixels:
    """Out of focus: Gaussian, sigma in pixels."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), max(sigma, FINEST_SIGMA)), np.uint8)


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


def lost(picture: Pixels, amount: float, rng: Random) -> Pixels:
    """A share lost on any side, filled by any decoder."""
    fill = (128, 0, 255, None)[rng.integers(4)]
    return cut(picture, amount, int(rng.integers(4)), fill)


def mixed(picture: Pixels, _: float, rng: Random) -> Pixels:
    """Two or three channels in each other's place."""
    order = ((0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1))[rng.integers(4)]
    return np.ascontiguousarray(picture[..., order])


def steamed(picture: Pixels, amount: float, rng: Random) -> Pixels:
    """Steam as bright and as tinted as the picture, or a little brighter, takes a share of the light."""
    return veiled(picture, amount, picture.mean((0, 1)) * rng.uniform(0.95, 1.3))


def enlarged(picture: Pixels, amount: float, rng: Random) -> Pixels:
    """A piece as large as a share of each side, enlarged to the whole: the crop is wrong."""
    height, width = picture.shape[:2]
    top, left = (int(rng.uniform(0, (1 - amount)) * side) for side in (height, width))
    piece = picture[top : top + max(2, int(amount * height)), left : left + max(2, int(amount * width))]
    return np.asarray(cv2.resize(piece, (width, height)), np.uint8)


def lying(picture: Pixels, _: float, __: Random) -> Pixels:
    """Turned by a quarter and squeezed into the same size."""
    height, width = picture.shape[:2]
    return np.asarray(cv2.resize(np.ascontiguousarray(np.rot90(picture)), (width, height)), np.uint8)


def slipped(picture: Pixels, amount: float, _: Random) -> Pixels:
    """The lower half lies sideways by a share of the width, as after lost packets."""
    height, width = picture.shape[:2]
    result = picture.copy()
    result[height // 2 :] = np.roll(result[height // 2 :], int(width * amount), axis=1)
    return result


def misplaced(picture: Pixels, amount: float, rng: Random) -> Pixels:
    """Rolled by a share of the height, and by any of the width: the crop is wrong."""
    height, width = picture.shape[:2]
    return np.roll(picture, (int(height * amount), int(width * rng.uniform(0.3, 0.7))), axis=(0, 1))


def grey(picture: Pixels, _: float, __: Random) -> Pixels:
    """A colour camera that sends grey."""
    return np.repeat(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)

"""Pictures that show their own number, so that what comes out of a stream can be held against what went in."""

import numpy as np

from service.contract.picture import Pixels

FILM = 60
BLOCK = 16


def numbered(number: int) -> Pixels:
    """A picture with many edges that shows its number: by its six bright or dark fields."""
    across, down = np.meshgrid(np.arange(192), np.arange(96))
    grey = 128 + 60 * np.sin((across + 9 * number) / 7) * np.cos((down - 4 * number) / 5)
    for bit in range(6):
        grey[:32, 32 * bit : 32 * bit + 32] = 230 if number >> bit & 1 else 25
    return np.repeat(grey.astype(np.uint8)[..., None], 3, axis=2)


def number_of(picture: Pixels) -> int:
    return sum(int(picture[8:24, 32 * bit + 8 : 32 * bit + 24].mean() > 128) << bit for bit in range(6))


def wrong_by(picture: Pixels) -> float:
    """How far a picture is from the one whose number it shows, in grey levels: the mean of its worst block."""
    off = np.abs(picture.astype(int) - numbered(number_of(picture))).mean(axis=2)
    height, width = (size // BLOCK for size in off.shape)
    blocks = off[: height * BLOCK, : width * BLOCK].reshape(height, BLOCK, width, BLOCK)
    return float(blocks.mean(axis=(1, 3)).max())

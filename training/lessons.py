"""What a model is taught beside the good wells as they are: stress leaks to be undone, nuisances to be borne."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from service.contract.manifest import InputSpec
from service.contract.picture import Pixels, to_pixels
from training import stress

WEAKEST, STRONGEST = 0.15, 1.0
LONGEST_SIDE = 160

LEAK_KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "torn": ("torn_metal", "molten_stream", "splash"),
    "cracked": ("crack",),
    "sunk": ("dark_hole", "dark_lump"),
    "emptied": ("receded", "emptied_whole", "emptied_half", "emptied_crescent"),
}


class Drawn(NamedTuple):
    """Stress pictures: pixels uint8 [M, H, W, 3], the row of the good well each was drawn on, and its family."""

    pixels: Pixels
    source: NDArray[np.int64]
    family: NDArray[np.str_]

    def without(self, families: Sequence[str]) -> "Drawn":
        """Leave some families out."""
        kept = ~np.isin(self.family, families)
        return Drawn(self.pixels[kept], self.source[kept], self.family[kept])


def draw(
    pictures: Sequence[Pixels],
    families: Sequence[str],
    spec: InputSpec,
    *,
    times: int,
    seed: int,
    weakest: float = WEAKEST,
) -> Drawn:
    """Draw stress on every picture so many times, each time of a family and strength by chance.

    Pictures with a side over 160 px are reduced first: at the model's size nothing finer is left.
    """
    random = np.random.default_rng(seed)
    source = np.tile(np.arange(len(pictures)), times)
    family = random.choice(np.array(families), len(source)) if times else np.zeros(0, np.str_)
    strengths, seeds = random.uniform(weakest, STRONGEST, len(source)), random.integers(2**31, size=len(source))
    small = [reduced(picture) for picture in pictures]
    drawn = [
        to_pixels(stress.apply(str(name), small[row], float(strength), int(number)), spec)
        for row, name, strength, number in zip(source, family, strengths, seeds, strict=True)
    ]
    return Drawn(np.array(drawn, np.uint8).reshape(-1, spec.height, spec.width, 3), source, family)


def reduced(picture: Pixels) -> Pixels:
    """Reduce a large picture by area averaging until its longer side is 160 px."""
    height, width = picture.shape[:2]
    ratio = LONGEST_SIDE / max(height, width)
    if ratio >= 1:
        return picture
    size = (max(8, round(width * ratio)), max(8, round(height * ratio)))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)  # type: ignore[return-value]  # still 8 bits

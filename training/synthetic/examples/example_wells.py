"""Wells of an example set: drawn, with nothing taken from a picture, so that the training can be tried without data.

Pictures are uint8 [H, W, 3] RGB. A scene is one well, filmed: its shape, light and stains stay, its grain changes.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from training.synthetic.eight_bits import to_picture
from training.synthetic.shapes import (
    Floats,
    Picture,
    blend,
    ellipse,
    mask,
    metal_colour,
    noise,
    path,
    ribbon,
    shard,
    soften,
)

SIZE = (28, 48)
PLATE = (116, 152, 134)
WALL = (92, 120, 112)
METAL = (112, 138, 112)


@dataclass(frozen=True, slots=True)
class ExampleScene:
    """A clean well, float32 [H, W, 3] in 0..255, and the chance that its frames are drawn with."""

    well: Floats
    chance: np.random.Generator

    @classmethod
    def drawn(cls, *seed: int, light: float = 1.0) -> Self:
        """A plate with the oval mouth of a mould, its wall, and metal that has set in it; the seed makes another well.

        Args:
            seed: numbers that fix everything.
            light: times which the whole is as bright, for another day or camera.
        """
        rng = np.random.default_rng(seed)
        centre = (0.5 + float(rng.normal(0, 0.015)), 0.52 + float(rng.normal(0, 0.02)))
        reach = float(rng.uniform(0.42, 0.46))
        well = np.full((*SIZE, 3), PLATE, np.float32)
        wall = mask(SIZE, [ellipse(centre, (reach, reach), 0.01, rng)])
        metal = mask(SIZE, [ellipse((centre[0], centre[1] + 0.1), (reach * 0.85, reach * 0.8), 0.03, rng)])
        for where, colour in ((wall, WALL), (metal, METAL)):
            well = blend(well, np.array(colour, np.float32) * np.float32(rng.uniform(0.95, 1.05)), soften(where, 3))
        well = well * (1 + 0.03 * noise(SIZE, 3, rng) + 0.015 * noise(SIZE, 9, rng))[..., None]
        tint = rng.uniform(0.97, 1.03, 3) * rng.uniform(0.92, 1.08) * light
        return cls(np.asarray(well * tint, np.float32), rng)

    def good(self) -> Picture:
        """The next frame of the well."""
        flicker = self.chance.uniform(0.985, 1.015)
        return to_picture(np.asarray(self.well * flicker + self.chance.normal(0, 2, self.well.shape), np.float32))

    def leaking(self) -> Picture:
        """The next frame, with metal that has broken out: a bright run down to the edge, torn splinters beside it."""
        rng = self.chance
        out = self.good().astype(np.float32)
        start, end = (
            (float(rng.uniform(0.35, 0.65)), float(rng.uniform(0.2, 0.45))),
            (float(rng.uniform(0.3, 0.7)), 1.1),
        )
        way = path(start, end, 10, 0.02, rng)
        run = mask(SIZE, [ribbon(way, rng.uniform(0.06, 0.14) * rng.uniform(0.7, 1.3, 10))])
        out = blend(out, metal_colour(out) * np.array([1.4, 1.45, 1.55], np.float32), soften(run, 2))
        for dark in (False, True, False):
            middle = way[int(rng.integers(10))] + rng.normal(0, 0.06, 2)
            piece = shard((middle[0], middle[1]), 0.2, 0.07, float(rng.uniform(0, np.pi)), rng)
            out = blend(out, metal_colour(out) * np.float32(0.55 if dark else 1.7), mask(SIZE, [piece]))
        return to_picture(soften(out, 1.2))

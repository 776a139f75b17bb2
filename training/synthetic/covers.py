"""Large things between camera and well: gloves, poles, bars, plates and straps of any colour, over up to half of it.

Every function takes a picture uint8 [H, W, 3] RGB, a strength 0..1 (1 = the worst that must be borne) and a random
generator, and returns a new picture of the same shape.
"""

from typing import Final

import cv2
import numpy as np

from training.synthetic.eight_bits import to_picture
from training.synthetic.shapes import Floats, Picture, blend, ellipse, mask, noise, ribbon, soften

STRAPS: Final = ((1.25, 1.15, 0.4), (0.5, 1.0, 0.9), (0.4, 0.5, 0.55), (1.0, 1.0, 1.0), (0.9, 1.0, 0.5))
"""Tints of woven straps and safety paint: yellow, petrol, dark, plain, green."""


def _paint(picture: Picture, rng: np.random.Generator) -> Floats:
    """Colour [3] of a thing: half of all things have a hue of their own, the others are nearly grey."""
    mean = picture.reshape(-1, 3).mean(0)
    kind = int(rng.integers(4))
    if kind == 0:
        tint = mean / mean.mean() * (1 + 0.1 * rng.uniform(-1, 1, 3))
    elif kind == 1:
        tint = 1 + 0.35 * rng.uniform(-1, 1, 3)
    else:
        hue = np.array([[[rng.uniform(0, 180), rng.uniform(60, 220), 255]]], np.uint8)
        tint = cv2.cvtColor(hue, cv2.COLOR_HSV2RGB)[0, 0].astype(np.float64)
        tint = tint / tint.mean()
    return np.asarray(np.clip(tint * mean.mean() * rng.uniform(0.25, 1.35), 3, 250), np.float32)


def _covered(picture: Picture, outline: Floats, rng: np.random.Generator) -> Picture:
    size = picture.shape[0], picture.shape[1]
    thing = soften(mask(size, [outline]), float(rng.uniform(1, 4))) * np.float32(rng.uniform(0.85, 1))
    shade = 1 + np.float32(0.08) * noise(size, 4, rng)
    colour = np.asarray(_paint(picture, rng) * shade[..., None], np.float32)
    return to_picture(blend(picture.astype(np.float32), colour, np.asarray(thing, np.float32)))


def _direction(rng: np.random.Generator) -> Floats:
    angle = rng.uniform(0, 2 * np.pi)
    return np.array([np.cos(angle), np.sin(angle)], np.float32)


def glove(picture: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """A glove, sleeve or rag: a rounded thing from an edge, up to the middle."""
    depth = float(rng.uniform(0.1, 0.5)) * (0.4 + 0.6 * strength)
    along = float(rng.uniform(0.1, 0.9))
    centres = ((depth - 0.5, along), (1.5 - depth, along), (along, depth - 0.5), (along, 1.5 - depth))
    return _covered(picture, ellipse(centres[int(rng.integers(4))], (0.5, 0.55), 0.15, rng), rng)


def post(picture: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """An upright pole or hose anywhere, also before the middle, up to a sixth of the width thick."""
    place, lean = float(rng.uniform(0, 1)), float(rng.uniform(-0.1, 0.1))
    way = np.array([[place - lean, -0.1], [place + lean, 1.1]], np.float32)
    return _covered(picture, ribbon(way, np.full(2, 0.03 + 0.13 * strength * rng.uniform())), rng)


def bar(picture: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """A ladle's handle or skimmer from any side, to the middle or beyond it."""
    heading = _direction(rng)
    way = np.stack([0.5 + heading * 0.75, 0.5 + heading * float(rng.uniform(-0.1, 0.35))]).astype(np.float32)
    return _covered(picture, ribbon(way, np.full(2, 0.05 + 0.2 * strength * rng.uniform())), rng)


def plate(picture: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """A sheet with a straight edge, over up to a third of the picture."""
    heading = _direction(rng)
    centre = 0.5 + heading * float(rng.uniform(1.05 - 0.3 * strength, 1.05))
    aside = np.array([-heading[1], heading[0]], np.float32) * 2
    return _covered(picture, ribbon(np.stack([centre + aside, centre - aside]), np.full(2, 1.0)), rng)


def strap(picture: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """A hanging strap or painted tool of two to four colours at the left or right."""
    size = picture.shape[0], picture.shape[1]
    mean = picture.reshape(-1, 3).mean(0)
    place = float(rng.uniform(-0.02, 0.02 + 0.14 * strength))
    place = place if rng.uniform() < 0.5 else 1 - place  # noqa: PLR2004  # either side
    top = float(rng.uniform(-0.1, 0.5))
    out = picture.astype(np.float32)
    for _ in range(int(rng.integers(2, 5))):
        length = float(rng.uniform(0.1, 0.35))
        colour = mean * rng.uniform(0.3, 1.5) * np.array(STRAPS[int(rng.integers(len(STRAPS)))])
        way = np.array([[place, top], [place + rng.normal(0, 0.01), top + length]], np.float32)
        piece = soften(mask(size, [ribbon(way, np.full(2, rng.uniform(0.04, 0.13)))]), 2)
        out = blend(out, np.asarray(np.clip(colour, 0, 255), np.float32), piece)
        top += 0.9 * length
    return to_picture(out)

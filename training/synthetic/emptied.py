"""Moulds that have run empty, drawn into pictures of good wells, one function per family of leak.

Where the metal is gone the smooth wall and floor of the mould show, bluish beside the yellowish metal. Every function
takes a picture uint8 [H, W, 3] RGB, a strength 0..1 (0 = barely visible, 1 = unmistakable) and a random generator,
and returns a new picture of the same shape. Colours come from the picture itself.
"""

import numpy as np

from training.synthetic.eight_bits import to_picture
from training.synthetic.shapes import (
    Floats,
    Picture,
    blend,
    ellipse,
    mask,
    noise,
    path,
    ribbon,
    soften,
    wall_colour,
)


def _well(size: tuple[int, int], scale: float, rng: np.random.Generator) -> Floats:
    """Mask of the mould's opening, ``scale`` times the size it has in a well-centred crop."""
    centre = (0.5 + rng.uniform(-0.03, 0.03), 0.52 + rng.uniform(-0.04, 0.04))
    radii = (0.44 * scale * rng.uniform(0.95, 1.05), 0.5 * scale * rng.uniform(0.92, 1.08))
    return mask(size, [ellipse(centre, radii, 0.02, rng)])


def _bare_mould(picture: Floats, rng: np.random.Generator) -> Floats:
    """Smooth wall paint [H, W, 3] with a gentle fall of light and faint blotches."""
    size = picture.shape[0], picture.shape[1]
    down = np.linspace(-1, 1, size[0], dtype=np.float32)[:, None] * np.float32(rng.uniform(-0.06, 0.04))
    across = np.linspace(-1, 1, size[1], dtype=np.float32)[None] * np.float32(rng.uniform(-0.04, 0.04))
    shade = 1 + down + across + 0.012 * noise(size, 5, rng)
    return np.asarray(wall_colour(picture, rng) * shade[..., None], np.float32)


def _empty(picture: Picture, where: Floats, rng: np.random.Generator) -> Picture:
    """Bare mould where the mask says so, with the thin shadow that the edge of the metal throws on it."""
    start = picture.astype(np.float32)
    where = soften(where, 1.6)
    shadow = np.clip(soften(where, 5) - where, 0, 1) * np.float32(rng.uniform(0.1, 0.5))
    return to_picture(blend(start * (1 - shadow[..., None]), _bare_mould(start, rng), where))


def emptied_whole(picture: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """The whole mould has run empty: one smooth bluish ellipse, from six tenths of its size to all of it."""
    return _empty(picture, _well((picture.shape[0], picture.shape[1]), 0.6 + 0.4 * strength, rng), rng)


def emptied_half(picture: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """Metal gone on one side of an uneven front: a quarter of the mould up to three quarters."""
    size = picture.shape[0], picture.shape[1]
    angle = rng.uniform(0, 2 * np.pi)
    y, x = np.mgrid[: size[0], : size[1]].astype(np.float32)
    away = (x / size[1] - 0.5) * np.cos(angle) + (y / size[0] - 0.5) * np.sin(angle)
    front = away + 0.05 * noise(size, 4, rng) + np.float32(0.5 * (strength - 0.5) * 0.8)
    side = np.clip(front * min(size) / 2 + 0.5, 0, 1).astype(np.float32)
    return _empty(picture, _well(size, 0.97, rng) * side, rng)


def emptied_crescent(picture: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """Metal shrunk away from the lower or a side wall: a bare sickle of a tenth to four tenths of the width."""
    size = picture.shape[0], picture.shape[1]
    angle = rng.uniform(-0.15 * np.pi, 1.15 * np.pi)  # y points down: sides and below, never the visible upper wall
    shift = 0.1 + 0.3 * strength
    centre = (0.5 - shift * float(np.cos(angle)), 0.5 - shift * float(np.sin(angle)))
    left = ellipse(centre, (0.46, 0.52), 0.05, rng)
    return _empty(picture, _well(size, 0.97, rng) * (1 - mask(size, [left])), rng)


def receded(picture: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """A pile or column of metal is left in the middle, with the bare mould to both sides of it."""
    size = picture.shape[0], picture.shape[1]
    top, foot = rng.uniform(0.2, 0.36, 2) * (1.15 - 0.6 * strength)
    lean = rng.uniform(-0.12, 0.12)
    way = path((0.5 - lean, -0.1), (0.5 + lean, 1.1), 9, 0.02, rng)
    widths = np.linspace(2 * top, 2 * foot, 9) * rng.uniform(0.85, 1.15, 9)
    pile = mask(size, [ribbon(way, widths)])
    return _empty(picture, _well(size, 1.0, rng) * (1 - pile), rng)


def dark_lump(picture: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """A cold crust is left low in the mould: dark, blotchy, with a darker bluish gap around it."""
    size = picture.shape[0], picture.shape[1]
    start = picture.astype(np.float32)
    well = soften(_well(size, 1.0, rng), 2)
    crust = soften(_well(size, 0.75 + 0.1 * rng.uniform(), rng), 4)
    gap = wall_colour(start, rng) * np.float32(1 - 0.25 * strength)
    shade = 1 - strength * (0.16 + 0.12 * np.clip(noise(size, 5, rng), -1.5, 1.5))
    burnt = start * shade[..., None]
    out = blend(start, np.asarray(gap + 0 * start, np.float32), well * np.float32(0.5 + 0.5 * strength))
    return to_picture(blend(out, np.asarray(burnt, np.float32), crust))

"""Torn, cracked and running metal drawn into pictures of good wells, one function per family of leak.

What a leak is decides what is drawn: the wall cracks before it has set and liquid metal runs out, so a leaking well
shows torn, bright, ragged metal, or a mould that has run empty (:mod:`training.synthetic.emptied`). Every function
takes a picture uint8 [H, W, 3] RGB, a strength 0..1 (0 = barely visible, 1 = unmistakable) and a random generator, and
returns a new picture of the same shape. Colours come from the picture itself.
"""

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
    wall_colour,
)


def _glint(start: Floats, where: Floats, gain: Floats, fringe: float, rng: np.random.Generator) -> Floats:
    """Metal times ``gain`` [3] where the mask says so; red and blue lie ``fringe`` (part of the width) apart."""
    step = max(1, round(fringe * start.shape[1])) * int(rng.choice([-1, 1])) if fringe > 0 else 0
    paint = np.minimum(metal_colour(start) * gain, 255).astype(np.float32)
    out = start.copy()
    for channel, offset in enumerate((step, 0, -step)):
        alpha = np.roll(where, offset, axis=1)
        out[..., channel] += (paint[channel] - out[..., channel]) * alpha
    return out


def _heap(picture: Floats, strength: float, middle: float, rng: np.random.Generator) -> Floats:
    """Rough bright metal in the lower middle: grains of two sizes whose three colours do not quite coincide."""
    size = picture.shape[0], picture.shape[1]
    radii = (rng.uniform(0.12, 0.3), rng.uniform(0.4, 0.6))
    where = soften(mask(size, [ellipse((middle, rng.uniform(0.6, 0.8)), radii, 0.15, rng)]), 5)
    grain = noise(size, int(rng.integers(8, 15)), rng) + 0.6 * noise(size, 5, rng)
    tints = [grain + 0.4 * noise(size, 14, rng) for _ in range(3)]
    field = np.stack([tint + 0.4 * np.clip(tint - 0.8, 0, None) ** 2 for tint in tints], 2)
    shade = 1 + 0.1 * strength + (0.03 + 0.13 * strength) * np.clip(field, -1.6, 4)
    return blend(picture, np.asarray(metal_colour(picture) * shade, np.float32), where)


def torn_metal(picture: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """A ragged heap: bright splinters with dark gaps and colour fringes, in the lower middle of the mould."""
    size = picture.shape[0], picture.shape[1]
    middle, spread = rng.uniform(0.38, 0.62), rng.uniform(0.06, 0.14)
    out = _heap(picture.astype(np.float32), strength, middle, rng)
    grain = rng.uniform(0.6, 1.4)
    for step in range(int(rng.integers(4, 8) + 10 * strength)):
        centre = (middle + float(rng.normal(0, spread)), float(rng.uniform(0.25, 1.0)))
        angle = float(rng.normal(np.pi / 2, 0.5))
        piece = shard(centre, grain * rng.uniform(0.1, 0.3), grain * rng.uniform(0.03, 0.1), angle, rng)
        bright = step % 3 != 0
        level = 1 + strength * rng.uniform(0.15, 0.55) if bright else 1 - strength * rng.uniform(0.15, 0.45)
        gain = (level * rng.uniform(0.95, 1.05, 3)).astype(np.float32)
        fringe = float(rng.uniform(0.0, 0.03)) if bright else 0.0
        out = _glint(out, mask(size, [piece]), gain, fringe, rng)
    return to_picture(soften(out, 1.2))


def molten_stream(picture: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """Liquid metal runs down in a smooth, silvery, slightly bluish band with a shining core."""
    size = picture.shape[0], picture.shape[1]
    out = picture.astype(np.float32)
    way = path((rng.uniform(0.3, 0.7), rng.uniform(-0.1, 0.3)), (rng.uniform(0.3, 0.7), 1.1), 14, 0.02, rng)
    widths = rng.uniform(0.07, 0.16) * (0.7 + 0.6 * strength) * rng.uniform(0.7, 1.3, 14)
    widths = widths * np.minimum(1, np.linspace(0.1, 3, 14))
    body = np.array([0.98, 1.0, 1.07], np.float32) * np.float32(1 + 0.15 * strength)
    core = np.array([1.0, 1.0, 1.05], np.float32) * np.float32(1.05 + 0.45 * strength)
    out = _glint(out, soften(mask(size, [ribbon(way, widths)]), 3), body, 0, rng)
    out = _glint(out, soften(mask(size, [ribbon(way, widths * rng.uniform(0.2, 0.4))]), 2), core, 0.01, rng)
    return to_picture(out)


def splash(picture: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """Drops of bright metal thrown out around one place, some of them drawn out."""
    size = picture.shape[0], picture.shape[1]
    source = np.array([rng.uniform(0.3, 0.7), rng.uniform(0.35, 0.8)])
    drops = []
    for _ in range(int(5 + 10 * strength)):
        place = source + rng.normal(0, 0.15, 2)
        radius = 0.015 + 0.04 * strength * float(rng.beta(1, 3))
        stretch = float(rng.uniform(0.6, 1.8))
        drops.append(ellipse((place[0], place[1]), (radius * stretch, radius * 1.7), 0.2, rng))
    shadow = np.roll(mask(size, drops), max(1, size[0] // 28), axis=0)
    out = blend(picture.astype(np.float32), np.zeros(3, np.float32), shadow * np.float32(0.35 * strength))
    gain = np.float32(1.05 + 0.5 * strength) * rng.uniform(0.96, 1.06, 3).astype(np.float32)
    return to_picture(soften(_glint(out, mask(size, drops), gain, 0.012, rng), 1.2))


def crack(picture: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """One to three jagged dark clefts across the metal, with a lit edge."""
    size = picture.shape[0], picture.shape[1]
    clefts, edges = [], []
    for _ in range(int(rng.integers(1, 4))):
        angle, middle = rng.uniform(0, np.pi), rng.uniform(0.38, 0.66, 2)
        reach = rng.uniform(0.15, 0.26) * (0.7 + 0.6 * strength) * np.array([np.cos(angle), np.sin(angle)])
        start, end = middle - reach, middle + reach
        way = path((start[0], start[1]), (end[0], end[1]), 9, 0.03, rng)
        widths = (0.02 + 0.05 * strength) * np.sin(np.linspace(0.25, np.pi - 0.25, 9)) * rng.uniform(0.6, 1.4, 9)
        clefts.append(ribbon(way, widths))
        edges.append(ribbon(np.asarray(way + np.array([0.008, 0.03]), np.float32), widths))
    lit = np.full(3, 1 + 0.3 * strength, np.float32)
    out = _glint(picture.astype(np.float32), mask(size, edges), lit, 0, rng)
    dark = np.full(3, 0.85 - 0.45 * strength, np.float32)
    return to_picture(soften(_glint(out, mask(size, clefts), dark, 0, rng), 1.2))


def dark_hole(picture: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """The crust has sunk in: one smooth dark opening with a soft brighter lip."""
    size = picture.shape[0], picture.shape[1]
    centre = (rng.uniform(0.35, 0.65), rng.uniform(0.42, 0.72))
    across = rng.uniform(0.09, 0.15) * (0.7 + 0.7 * strength)
    outline = ellipse(centre, (across, across * rng.uniform(1.2, 2.0)), 0.25, rng)
    opening = soften(mask(size, [outline]), 2.5)
    lip = np.clip(soften(opening, 4) - opening, 0, 1)
    out = picture.astype(np.float32) * (1 + np.float32(0.5 * strength) * lip[..., None])
    bottom = wall_colour(out, rng) * np.float32(0.9 - 0.35 * strength)
    return to_picture(blend(np.asarray(out, np.float32), bottom, opening))

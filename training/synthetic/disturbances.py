"""Harmless changes of a picture, one function per family: what a detector must not take for a leak.

Every function takes a picture uint8 [H, W, 3] RGB, a strength 0..1 (1 = the worst that must be borne) and a random
generator, and returns a new picture of the same shape.
"""

import cv2
import numpy as np

from training.synthetic.eight_bits import recompressed, to_picture
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
)


def light(picture: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """Brighter or darker by up to 20 %, with a slight fall of light across the picture."""
    gain = 1 + 0.2 * strength * float(rng.choice([-1.0, 1.0])) * float(rng.uniform(0.7, 1))
    across = np.linspace(-1, 1, picture.shape[1], dtype=np.float32)[None, :, None]
    return to_picture(picture * np.float32(gain) * (1 + np.float32(0.03 * strength * rng.uniform(-1, 1)) * across))


def colour_cast(picture: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """Each channel's gain off by up to 6 %, overall brightness kept."""
    gain = 1 + 0.06 * strength * rng.uniform(-1, 1, 3)
    return to_picture(picture * (gain / gain.mean()).astype(np.float32))


def shift(picture: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """Crop off centre by up to 8 % of the width and 10 % of the height, each side up to 10 % too long or short."""
    height, width = picture.shape[:2]
    wide, high = 1 + 0.1 * strength * rng.uniform(-1, 1, 2)
    dx, dy = (strength * np.array([0.08 * width, 0.1 * height]) * rng.uniform(-1, 1, 2)).tolist()
    move = np.array([[wide, 0, dx + (1 - wide) * width / 2], [0, high, dy + (1 - high) * height / 2]], np.float32)
    moved = cv2.warpAffine(picture, move, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(moved, np.uint8)


def jpeg(picture: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """Encoded once more, at quality 95 (strength 0) down to about 50 (strength 1)."""
    return recompressed(picture, int(np.clip(95 - 45 * strength + rng.uniform(-3, 3), 40, 97)))


def blur(picture: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """Slightly out of focus: Gaussian with a sigma of up to 3.5 % of the shorter side (1 px of 28)."""
    return to_picture(soften(picture.astype(np.float32), (0.5 + 3.0 * strength) * float(rng.uniform(0.7, 1))))


def _border_point(rng: np.random.Generator) -> tuple[tuple[float, float], tuple[float, float]]:
    """A point just outside the border and the direction from there to the middle, in unit coordinates."""
    angle = rng.uniform(0, 2 * np.pi)
    direction = np.array([np.cos(angle), np.sin(angle)])
    place = 0.5 + direction * 0.6 / max(abs(direction[0]), abs(direction[1]))
    return (float(place[0]), float(place[1])), (float(-direction[0]), float(-direction[1]))


def _cover(picture: Picture, outline: Floats, colour: Floats, softness: float, rng: np.random.Generator) -> Picture:
    """An opaque thing with slightly uneven light and a faint shadow beside it."""
    size = picture.shape[0], picture.shape[1]
    thing = soften(mask(size, [outline]), softness)
    shadow = np.clip(soften(np.roll(thing, max(1, size[0] // 20), axis=0), 4) - thing, 0, 1)
    start = picture * (1 - np.float32(0.25) * shadow[..., None])
    shade = 1 + np.float32(0.06) * noise(size, 4, rng)
    return to_picture(blend(np.asarray(start, np.float32), np.asarray(colour * shade[..., None], np.float32), thing))


def _thing_colour(picture: Picture, dark: float, bright: float, tint: float, rng: np.random.Generator) -> Floats:
    """Mean colour of the picture times a brightness from ``dark`` to ``bright`` and a random hue of scale ``tint``."""
    mean = picture.reshape(-1, 3).mean(0)
    return np.asarray(mean * rng.uniform(dark, bright) * (1 + tint * rng.uniform(-1, 1, 3)), np.float32)


def cable(picture: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """A thin dark cable cuts a corner or hangs over an edge, at most a quarter of the way in."""
    side = float(rng.choice([-1.0, 1.0]))
    inset = 0.08 + 0.17 * strength * float(rng.uniform(0.5, 1))
    far = 0.3 + 0.6 * float(rng.uniform())
    near = np.array([0.5 + side * (0.5 - inset), float(rng.choice([-0.1, 1.1]))])
    end = np.array([0.5 + side * 0.62, far])
    way = path((near[0], near[1]), (end[0], end[1]), 12, 0.012, rng)
    widths = np.full(12, 0.02 + 0.03 * strength)
    return _cover(picture, ribbon(way, widths), _thing_colour(picture, 0.35, 0.75, 0.12, rng), 1.0, rng)


def tool(picture: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """A straight bar or handle, metal or brightly painted, reaches in over an edge, up to a fifth deep."""
    place, inward = _border_point(rng)
    depth = 0.15 + 0.2 * strength
    turn = rng.uniform(-0.5, 0.5)
    heading = np.array([inward[0] - turn * inward[1], inward[1] + turn * inward[0]])
    end = np.array(place) + depth * heading / np.linalg.norm(heading)
    way = np.asarray(np.stack([np.array(place), end]), np.float32)
    widths = np.full(2, rng.uniform(0.06, 0.1 + 0.12 * strength))
    colour = _thing_colour(picture, 0.35, 1.25, float(rng.choice([0.25, 0.7])), rng)
    return _cover(picture, ribbon(way, widths), colour, 1.0, rng)


def pole(picture: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """A dark upright pole stands before the picture from top to bottom, outside its middle third."""
    side = float(rng.choice([-1.0, 1.0]))
    place = 0.5 + side * float(rng.uniform(0.2, 0.46))
    lean = float(rng.uniform(-0.04, 0.04))
    way = np.array([[place - lean, -0.1], [place + lean, 1.1]], np.float32)
    widths = np.full(2, rng.uniform(0.03, 0.05 + 0.08 * strength))
    return _cover(picture, ribbon(way, widths), _thing_colour(picture, 0.3, 0.75, 0.08, rng), 1.5, rng)


def sleeve(picture: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """A worker's sleeve or glove covers a rounded piece of an edge, up to a fifth of the picture deep."""
    place, inward = _border_point(rng)
    depth = 0.1 + 0.1 * strength
    centre = (place[0] - 0.15 * inward[0], place[1] - 0.15 * inward[1])
    outline = ellipse(centre, (0.15 + depth + 0.1, 0.15 + depth + 0.1), 0.12, rng)
    return _cover(picture, outline, _thing_colour(picture, 0.4, 1.2, 0.12, rng), 2.0, rng)


def smudge(picture: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """Burnt oil or soot on the metal: one or two dark clouds without an edge."""
    size = picture.shape[0], picture.shape[1]
    shade = np.zeros(size, np.float32)
    for _ in range(int(rng.integers(1, 3))):
        centre = (float(rng.uniform(0.2, 0.8)), float(rng.uniform(0.25, 0.85)))
        radii = (float(rng.uniform(0.06, 0.2)), float(rng.uniform(0.08, 0.3)))
        shade = np.maximum(shade, soften(mask(size, [ellipse(centre, radii, 0.3, rng)]), 9.0))
    cloudy = np.clip(1 + 0.35 * noise(size, 5, rng), 0.2, 1.6) * shade * np.float32(0.1 + 0.25 * strength)
    tint = np.array([1.0, 1.0, 0.95], np.float32)
    return to_picture(picture * (1 - np.clip(cloudy, 0, 0.6)[..., None] * tint))


def steam(picture: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """A soft cloud, a little brighter and greyer than the picture, hides up to three quarters of the contrast."""
    size = picture.shape[0], picture.shape[1]
    mean = picture.reshape(-1, 3).mean(0)
    colour = (0.8 * mean + 0.2 * mean.mean()) * rng.uniform(0.98, 1.25)
    cloud = np.clip(0.6 + 0.35 * noise(size, 2, rng), 0, 1) * np.float32(0.75 * strength)
    return to_picture(blend(picture.astype(np.float32), colour.astype(np.float32), np.asarray(cloud, np.float32)))

"""Outlines, masks, noise and colours with which synthetic pictures are drawn.

Outlines are float arrays [n, 2] of (x, y) in unit coordinates: (0, 0) is the upper left corner of the picture and
(1, 1) the lower right one, so that one drawing fits every picture size. Pictures being worked on are float32
[H, W, 3] RGB in 0..255, masks float32 [H, W] in 0..1.
"""

from collections.abc import Sequence
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float32]
Picture: TypeAlias = npt.NDArray[np.uint8]

_SUBPIXELS = 16  # cv2 draws on a grid of 1/16 px
_FINEST_SIGMA_PX = 0.05
_FINE_PX = 160  # pictures with a shorter side than this are drawn larger and reduced


def mask(size: tuple[int, int], outlines: Sequence[Floats]) -> Floats:
    """Union of the outlines as an antialiased mask for a picture of size (H, W)."""
    height, width = size
    scale = -(-_FINE_PX // min(height, width))
    canvas = np.zeros((height * scale, width * scale), np.uint8)
    grid = np.array([width, height], np.float32) * scale * _SUBPIXELS
    for outline in outlines:
        points = np.rint(outline * grid).astype(np.int32)
        cv2.fillPoly(canvas, [points], (255,), lineType=cv2.LINE_AA, shift=4)
    reduced = cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(reduced, np.float32) / np.float32(255)


def ellipse(centre: tuple[float, float], radii: tuple[float, float], wobble: float, rng: np.random.Generator) -> Floats:
    """Closed outline around ``centre``; ``wobble`` is the relative unevenness of the radius (0 = exact ellipse)."""
    angles = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    waves = np.arange(2, 6)[:, None]
    weights = rng.normal(0, 1, (4, 1)) / waves
    radius = 1 + wobble * (weights * np.sin(waves * angles + rng.uniform(0, 2 * np.pi, (4, 1)))).sum(0)
    ring = np.stack([np.cos(angles), np.sin(angles)], 1) * radius[:, None]
    return np.asarray(np.array(centre) + ring * np.array(radii), np.float32)


def shard(
    centre: tuple[float, float], length: float, thickness: float, angle: float, rng: np.random.Generator
) -> Floats:
    """Splinter with five to eight uneven corners; ``angle`` in radians, 0 = lying along x."""
    corners = int(rng.integers(5, 9))
    around = np.sort(rng.uniform(0, 2 * np.pi, corners))
    reach = rng.uniform(0.55, 1.0, corners)
    along, across = np.cos(around) * reach * length / 2, np.sin(around) * reach * thickness / 2
    x = along * np.cos(angle) - across * np.sin(angle)
    y = along * np.sin(angle) + across * np.cos(angle)
    return np.asarray(np.stack([x, y], 1) + np.array(centre), np.float32)


def path(
    start: tuple[float, float], end: tuple[float, float], steps: int, jitter: float, rng: np.random.Generator
) -> Floats:
    """Way from ``start`` to ``end`` in ``steps`` points that stray sideways by a random walk of scale ``jitter``."""
    t = np.linspace(0, 1, steps)[:, None]
    straight = np.array(start) * (1 - t) + np.array(end) * t
    walk = np.cumsum(rng.normal(0, jitter, (steps, 2)), 0)
    return np.asarray(straight + walk - t * walk[-1], np.float32)


def ribbon(way: Floats, widths: npt.NDArray[np.floating]) -> Floats:
    """Outline of a band along ``way`` [n, 2] with the full width ``widths`` [n] at each point."""
    direction = np.gradient(way, axis=0)
    direction /= np.maximum(np.linalg.norm(direction, axis=1, keepdims=True), 1e-6)
    side = np.stack([-direction[:, 1], direction[:, 0]], 1) * (widths / 2)[:, None]
    return np.asarray(np.concatenate([way + side, (way - side)[::-1]]), np.float32)


def noise(size: tuple[int, int], cells: int, rng: np.random.Generator) -> Floats:
    """Smooth noise [H, W], mean 0, standard deviation 1, about ``cells`` bumps along the shorter side."""
    height, width = size
    unit = min(height, width) / cells
    grid = (max(2, round(height / unit)) + 1, max(2, round(width / unit)) + 1)
    field = cv2.resize(rng.normal(0, 1, grid).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray((field - field.mean()) / max(float(field.std()), 1e-6), np.float32)


def soften(mask_or_picture: Floats, amount: float) -> Floats:
    """Gaussian blur whose sigma is ``amount`` hundredths of the shorter side."""
    sigma = amount * min(mask_or_picture.shape[:2]) / 100
    return (
        np.asarray(cv2.GaussianBlur(mask_or_picture, (0, 0), sigma), np.float32)
        if sigma > _FINEST_SIGMA_PX
        else mask_or_picture
    )


def blend(picture: Floats, paint: Floats, alpha: Floats) -> Floats:
    """``picture`` with ``paint`` ([3] or [H, W, 3]) over it where ``alpha`` [H, W] says so."""
    return np.asarray(picture + (paint - picture) * alpha[..., None], np.float32)


def metal_colour(picture: Floats) -> Floats:
    """Typical colour [3] of the set metal: the median of the brighter half of the picture's middle."""
    height, width = picture.shape[:2]
    middle = picture[height // 4 : -(height // 4), width // 4 : -(width // 4)].reshape(-1, 3)
    light = middle.mean(1)
    return np.asarray(np.median(middle[light >= np.median(light)], axis=0), np.float32)


def wall_colour(picture: Floats, rng: np.random.Generator) -> Floats:
    """Colour [3] of a bare mould wall: that of the bluest visible tenth, driven away from the metal's.

    A bare mould is bluer and darker than set metal; a grey picture has no hue to follow and only becomes darker.
    """
    small = cv2.resize(picture, (24, 16), interpolation=cv2.INTER_AREA).reshape(-1, 3)
    light = np.maximum(small.mean(1, keepdims=True), 1)
    tint = np.maximum(small, 1) / light
    blueness = tint[:, 2] - tint[:, 0]
    hue = tint[blueness >= np.quantile(blueness, 0.9)].mean(0)
    hue = np.maximum(hue + rng.uniform(0.5, 1.5) * (hue - np.median(tint, axis=0)), 0.1)
    dark = float(np.quantile(light, 0.25)) * rng.uniform(0.82, 1.0)
    return np.asarray(hue / hue.mean() * dark, np.float32)

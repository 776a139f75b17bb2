"""Rates over scenes: near-equal pictures of one well are one proof, however many there are."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.contract.manifest import SceneRate

Scenes = NDArray[np.integer[Any]]
Scores = NDArray[np.floating[Any]]
Array = NDArray[np.float64]

TAIL = 0.025
"""Share of draws that each end of a 95 % interval leaves out."""

Z = 1.959963984540054
"""Of the normal distribution, for a two-sided interval of 95 %."""

DRAWS = 2000
CHUNK = 200
SEED = 0


def scene_rate(hits: NDArray[np.bool_], scenes: Scenes) -> SceneRate:
    """Mean over scenes of the share of hits, with its 95 % interval.

    The interval is the percentile bootstrap over whole scenes (Davison and Hinkley 1997, section 2.4), with a fixed
    seed.

    Args:
        hits: of each picture, [N], one at least.
        scenes: the number of its scene, [N].
    """
    shares = scene_shares(hits, scenes)
    value = float(shares.mean())
    low, high = _interval(shares, np.ones_like(shares))
    return SceneRate(scenes=shares.size, value=value, low=min(low, value), high=max(high, value))


def picture_rate(hits: NDArray[np.bool_], scenes: Scenes) -> SceneRate:
    """Share of hits among all pictures, with the 95 % interval over whole scenes; arguments as for ``scene_rate``.

    A long scene weighs as many pictures as it has, in every draw of the bootstrap too.
    """
    _, number, sizes = np.unique(scenes, return_inverse=True, return_counts=True)
    found = np.bincount(number, weights=hits, minlength=len(sizes)).astype(np.float64)
    value = float(found.sum() / sizes.sum())
    low, high = _interval(found, sizes.astype(np.float64))
    return SceneRate(scenes=sizes.size, value=value, low=min(low, value), high=max(high, value))


def wilson(share: float, independent: float) -> tuple[float, float]:
    """Wilson's 95 % interval (1927) of a share that so many independent pictures have shown.

    >>> [round(bound, 4) for bound in wilson(0.8, 10)]
    [0.4902, 0.9433]
    """
    whole = 1 + Z * Z / independent
    centre = (share + Z * Z / (2 * independent)) / whole
    half = Z / whole * math.sqrt(share * (1 - share) / independent + (Z / (2 * independent)) ** 2)
    return max(0.0, centre - half), min(1.0, centre + half)


def half_width(measured: SceneRate) -> float:
    """Half of the 95 % interval: what a difference between candidates must exceed to mean anything."""
    return (measured.high - measured.low) / 2


def scene_shares(hits: NDArray[np.bool_], scenes: Scenes) -> Array:
    """The share of hits in each scene, [S]."""
    _, number, sizes = np.unique(scenes, return_inverse=True, return_counts=True)
    shares: Array = np.bincount(number, weights=hits, minlength=len(sizes)) / sizes
    return shares


def scene_cut(good: Scores, scenes: Scenes, share: float) -> float:
    """The lowest cut below which good wells lie at least to this share, as the mean over scenes.

    Equality is a leak, so the cut lies just above the score that must still pass.
    """
    return weighted_cut(good, equal_weights(scenes), share)


def weighted_cut(good: Scores, weights: Array, share: float) -> float:
    """The lowest cut below which this share of all weight lies; both [N], the weights add up to 1."""
    order = np.argsort(good, kind="stable")
    reached = np.cumsum(weights[order])
    last = min(int(np.searchsorted(reached, share - ROUNDING)), order.size - 1)
    return float(np.nextafter(np.float64(good[order[last]]), np.inf))


ROUNDING = 1e-9
"""Sums of weights come out this much too small at most."""


def equal_weights(scenes: Scenes) -> Array:
    """One of each scene in all, shared by its pictures, and 1 of all scenes; [N]."""
    _, number, sizes = np.unique(scenes, return_inverse=True, return_counts=True)
    weights: Array = 1 / (sizes[number] * len(sizes))
    return weights


def _interval(found: Array, sizes: Array) -> tuple[float, float]:
    """Of the sum of what was found in each scene over the sum of sizes, [S] both."""
    scenes = len(sizes)
    shares = found / sizes
    if shares.max() == shares.min():
        edge = TAIL ** (1 / scenes)
        return (edge if shares[0] == 1 else 0.0), (1 - edge if shares[0] == 0 else 1.0)
    rng = np.random.default_rng(SEED)
    drawn = [rng.integers(scenes, size=(CHUNK, scenes)) for _ in range(DRAWS // CHUNK)]
    means = np.concatenate([found[rows].sum(axis=1) / sizes[rows].sum(axis=1) for rows in drawn])
    low, high = np.quantile(means, (TAIL, 1 - TAIL))
    return float(low), float(high)

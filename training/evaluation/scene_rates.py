"""Rates over scenes: near-equal pictures of one well are one proof, however many there are."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.contract.manifest import SceneRate
from training.evaluation.rates import CONFIDENCE, Array, Scores, rate

Scenes = NDArray[np.integer[Any]]

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
    low, high = _interval(shares)
    return SceneRate(scenes=shares.size, value=value, low=min(low, value), high=max(high, value))


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


def _interval(shares: Array) -> tuple[float, float]:
    tail = (1 - CONFIDENCE) / 2
    if shares.max() == shares.min():
        edge = rate(shares.size, shares.size).low
        return (edge if shares[0] == 1 else 0.0), (1 - edge if shares[0] == 0 else 1.0)
    rng = np.random.default_rng(SEED)
    drawn = [shares[rng.integers(shares.size, size=(CHUNK, shares.size))].mean(axis=1) for _ in range(DRAWS // CHUNK)]
    low, high = np.quantile(np.concatenate(drawn), (tail, 1 - tail))
    return float(low), float(high)

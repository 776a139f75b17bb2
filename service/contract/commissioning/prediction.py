"""What a camera will answer with a cut of its own, and whether it did."""

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np

from service.contract.commissioning.cut import Terms, cut_for
from service.contract.commissioning.observation import Booleans, Observations
from service.contract.manifest import SceneRate
from service.contract.scenes.rates import picture_rate, scene_rate

FOLDS: Final = 10
SEED: Final = 0
FACTOR: Final = 2.0


class Shares(NamedTuple):
    """Shares of ``leak`` and of ``unknown``: the mean over scenes, and of all pictures; intervals over scenes."""

    alarms_by_scene: SceneRate
    alarms: SceneRate
    unknown_by_scene: SceneRate
    unknown: SceneRate


def predict(seen: Observations, terms: Terms) -> Shares:
    """Predict the shares in scenes that the cut was not chosen on: ten times it is chosen without a tenth of them.

    No share is 0: the next scene may be the first of its kind.
    """
    alarms, unknowns = np.zeros(len(seen.names), bool), np.zeros(len(seen.names), bool)
    for held_out in _folds(seen):
        cut = cut_for(seen.where(~held_out), terms).value
        alarms |= held_out & seen.alarms(cut)
        unknowns |= held_out & seen.unknowns(cut)
    return Shares(*map(_with_one_more, _shares(seen, alarms, unknowns)))


def observed(seen: Observations, cut: float) -> Shares:
    """The shares at a cut that was chosen elsewhere."""
    return _shares(seen, seen.alarms(cut), seen.unknowns(cut))


class Agreement(NamedTuple):
    """How an observation stands to its prediction: as a multiple of it, and whether that interval holds it."""

    ratio: float
    in_interval: bool

    @property
    def within_factor(self) -> bool:
        """Whether both lie within a factor of two."""
        return 1 / FACTOR <= self.ratio <= FACTOR


def agreement(predicted: SceneRate, seen: SceneRate) -> Agreement:
    """Compare what was predicted, which is never 0, with what was observed."""
    return Agreement(seen.value / predicted.value, predicted.low <= seen.value <= predicted.high)


def _shares(seen: Observations, alarms: Booleans, unknowns: Booleans) -> Shares:
    rates: tuple[Callable[..., SceneRate], ...] = (scene_rate, picture_rate)
    return Shares(*(rate(hits, seen.scenes) for hits in (alarms, unknowns) for rate in rates))


def _with_one_more(rate: SceneRate) -> SceneRate:
    """As if another scene of average size had been seen, half of it hit (Jeffreys' prior): nothing is impossible."""
    value = (rate.value * rate.scenes + 0.5) / (rate.scenes + 1)
    return rate.model_copy(update={"value": value, "low": min(rate.low, value), "high": max(rate.high, value)})


def _folds(seen: Observations) -> list[Booleans]:
    """Scenes dealt out by chance, always the same."""
    _, number = np.unique(seen.scenes, return_inverse=True)
    fold = np.random.default_rng(SEED).permutation(number.max() + 1) % FOLDS
    return [fold[number] == one for one in range(FOLDS)]

"""The rule by which a candidate is chosen, in words and in code."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from service.contract.errors import FitFailed
from service.contract.manifest import SceneRate
from service.contract.scenes.rates import equal_weights, half_width, scene_rate, weighted_cut
from training.comparison.picture_sets import MILDER
from training.comparison.result import JobResult
from training.evaluation.rates import auroc
from training.synthetic.augmentation import LEAK_KINDS, MILD

PASSED = 0.95
FEW = 20
FIGURES = 3
"""Of which the merit is the mean."""

SCENE_SETS: Final[Mapping[str, str]] = {"unseen scenes": "choice_good", "site scenes": "site_choice_good"}
REAL_LEAKS: Final[Mapping[str, str]] = {
    "real leaks": "choice_leak",
    "site leaks": "site_choice_leak",
    "milder leaks": f"choice/leak/{MILDER}",
}
AT_HAND: Final = ("real leaks", "site leaks")
"""Leaks that have happened: no time saved makes up for one that is missed."""

DISTURBANCES = "disturbances"
HARDEST = "hardest mild one"

RULE = (
    f"At the cut that passes {PASSED:.0%} of the choice part's unseen scenes (the mean over scenes, those of the "
    "first set and those of the second, if there is one, weighing the same), every fit is judged by three "
    "figures: the share passed of the worse of these groups of scenes; the share found of leaks, half that of the "
    "worst kind, half the mean over all kinds (real ones of each set, the same mixed half and half with good "
    f"wells, and synthetic ones: {', '.join(LEAK_KINDS)}; a fit that was taught a kind is replaced by one that was "
    "not); and the share of good wells passed under disturbances, half the mean over all kinds, half that of the "
    f"hardest of those that every camera brings ({', '.join(MILD)}). A fit's merit is the mean of the three; a "
    "candidate's is that of its worst seed. The best convolutional autoencoder wins; of those whose merit is "
    "within a third of the 95 % half width of the best one's share of scenes passed, which is what so many scenes "
    "leave open of it, the fastest does, if it finds no fewer of the real leaks. Its seed of the highest merit is "
    f"exported. Fewer than {FEW} scenes cannot place such a cut: there each share found is the mean over all cuts, the "
    "area under the ROC curve."
)


@dataclass(frozen=True, slots=True)
class RankedCandidate:
    """How a candidate did: each criterion in its worst seed, 0..1, and the merit by seed.

    ``half_width`` is that of the merit's 95 % interval, as far as it comes from scenes; ``hardest`` names the mild
    disturbance that passes least.
    """

    candidate: str
    criteria: Mapping[str, float]
    by_seed: Mapping[int, float]
    score_us: float
    half_width: float = 0.0
    hardest: str = ""

    @property
    def merit(self) -> float:
        """That of the worst seed."""
        return min(self.by_seed.values())

    @property
    def real_found(self) -> float:
        """The share found of the real leaks, of the worse set; 1 where there are none."""
        return min((self.criteria[name] for name in AT_HAND if name in self.criteria), default=1.0)

    @property
    def best_seed(self) -> int:
        """The seed to export."""
        return max(self.by_seed, key=lambda seed: (self.by_seed[seed], -seed))


def rank_candidate(candidate: str, results: Sequence[JobResult]) -> RankedCandidate:
    """Judge all fits of a candidate by the criteria.

    Raises:
        FitFailed: one of them failed.
    """
    failed = next((result for result in results if result.failed), None)
    if failed is not None:
        raise FitFailed(f"{candidate}, seed {failed.seed}: {failed.failed}")
    seeds = sorted({result.seed for result in results})
    criteria = {seed: criteria_of(results, seed) for seed in seeds}
    by_seed = {seed: merit_of(shares) for seed, shares in criteria.items()}
    worst = min(by_seed, key=lambda seed: by_seed[seed])
    mains = {result.seed: result for result in results if not result.left_out}
    score_us = float(np.median([result.score_us for result in mains.values()]))
    mild = _disturbed(mains[worst])
    hardest = min((name for name in mild if name in MILD), key=lambda name: mild[name], default="")
    width = max(half_width(passed) for passed in scenes_passed(mains[worst]).values()) / FIGURES
    return RankedCandidate(candidate, criteria[worst], by_seed, score_us, width, hardest)


def criteria_of(results: Sequence[JobResult], seed: int) -> dict[str, float]:
    """Each criterion, 0..1, of one seed; for a kind that it was taught, those of the fit that was not."""
    main = next(result for result in results if not result.left_out and result.seed == seed)
    criteria = {name: passed.value for name, passed in scenes_passed(main).items()}
    criteria |= {name: found(main, leaks) for name, leaks in REAL_LEAKS.items() if main.of(leaks).size}
    for kind, families in LEAK_KINDS.items():
        judge = next((result for result in results if result.left_out == kind), main)
        criteria[kind] = float(np.mean([found(judge, f"choice/leak/{family}") for family in families]))
    disturbed = _disturbed(main)
    criteria[DISTURBANCES] = float(np.mean(list(disturbed.values()))) if disturbed else 1.0
    criteria[HARDEST] = min((share for name, share in disturbed.items() if name in MILD), default=1.0)
    return criteria


def merit_of(criteria: Mapping[str, float]) -> float:
    """The mean of three figures: the worst group of scenes, the leaks found, and what passes under disturbances."""
    scenes = [share for name, share in criteria.items() if name in SCENE_SETS]
    leaks = [share for name, share in criteria.items() if name in REAL_LEAKS or name in LEAK_KINDS]
    leaks_found = (min(leaks) + sum(leaks) / len(leaks)) / 2
    disturbed_passed = (criteria[DISTURBANCES] + criteria[HARDEST]) / 2
    return (min(scenes) + leaks_found + disturbed_passed) / FIGURES


def scenes_passed(result: JobResult) -> dict[str, SceneRate]:
    """The share of scenes passed at the cut, by group of unseen scenes."""
    limit = cut(result)
    groups = {name: sets for name, sets in SCENE_SETS.items() if result.of(sets).size}
    return {name: scene_rate(result.of(sets) < limit, result.scenes_of(sets)) for name, sets in groups.items()}


def cut(result: JobResult) -> float:
    """The score that passes 95 % of the unseen scenes, each group of them weighing the same."""
    names = [name for name in SCENE_SETS.values() if result.of(name).size]
    weights = [equal_weights(result.scenes_of(name)) / len(names) for name in names]
    return weighted_cut(result.together(*names), np.concatenate(weights), PASSED)


def found(result: JobResult, name: str) -> float:
    """Share of a set of leaks at or above the cut; of few scenes, the mean of that share over every cut."""
    leaks = result.of(name)
    if _has_few(result) and leaks.size:
        return _area(result.together(*SCENE_SETS.values()), leaks)
    return _share(leaks >= cut(result))


def rank(candidates: Iterable[RankedCandidate]) -> list[RankedCandidate]:
    """Best first; of those that scenes cannot tell from the best, the fastest first that misses no more real leaks.

    Whoever was not timed, as it is never exported, is the slowest.
    """
    remaining = sorted(candidates, key=lambda one: -one.merit)
    ranked: list[RankedCandidate] = []
    while remaining:
        best = remaining[0]
        equals = [
            one for one in remaining if one.merit >= best.merit - best.half_width and one.real_found >= best.real_found
        ]
        first = min(equals, key=lambda one: one.score_us or np.inf)
        ranked.append(first)
        remaining.remove(first)
    return ranked


def _disturbed(result: JobResult) -> dict[str, float]:
    """The share of good wells passed, by disturbance."""
    limit = cut(result)
    return {name: _share(scores < limit) for name, scores in result.families("choice/disturbance/").items()}


def _share(hits: NDArray[np.bool_]) -> float:
    return float(hits.mean()) if hits.size else 0.0


def _has_few(result: JobResult) -> bool:
    return np.unique(result.scenes_together(*SCENE_SETS.values())).size < FEW


def _area(good: NDArray[np.float64], leak: NDArray[np.float64]) -> float:
    """Area under the ROC curve."""
    return auroc(np.concatenate([good, leak]), np.repeat([0, 1], [good.size, leak.size]))

"""The rule by which a candidate is chosen, in words and in code."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.contract.errors import FitFailed
from training.comparison.picture_sets import MILDER
from training.comparison.result import JobResult
from training.evaluation.rates import auroc
from training.synthetic.augmentation import LEAK_KINDS

PASSED = 0.99
FEW = 50
SAME = 0.005
DISTURBANCES = "disturbances"
REAL = "real leaks"
MILD = "milder leaks"

RULE = (
    f"On the choice part, at the cut that passes {PASSED:.0%} of the held-out good wells, every fit is judged by these "
    "criteria: the share found of the real leaks, of the same leaks mixed half and half with good wells, and of the "
    f"synthetic leaks of each kind ({', '.join(LEAK_KINDS)}; a fit that was taught a kind is replaced by one that was "
    "not), and the share of good wells passed under disturbances. A fit's merit is the mean of its worst criterion and "
    "of the average over all; a candidate's is that of its worst seed. The best convolutional autoencoder wins; "
    f"within {SAME:.1%} the faster one does. Its seed of the highest merit is exported. Fewer than {FEW} good wells "
    "cannot place such a cut: there each share found is the mean over all cuts, the area under the ROC curve, and "
    "disturbances are left out."
)


@dataclass(frozen=True, slots=True)
class RankedCandidate:
    """How a candidate did: each criterion in its worst seed, 0..1, and the merit by seed."""

    candidate: str
    criteria: Mapping[str, float]
    by_seed: Mapping[int, float]
    score_us: float

    @property
    def merit(self) -> float:
        """That of the worst seed."""
        return min(self.by_seed.values())

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
    by_seed = {seed: _merit(shares.values()) for seed, shares in criteria.items()}
    worst = min(by_seed, key=lambda seed: by_seed[seed])
    score_us = float(np.median([result.score_us for result in results if not result.left_out]))
    return RankedCandidate(candidate, criteria[worst], by_seed, score_us)


def criteria_of(results: Sequence[JobResult], seed: int) -> dict[str, float]:
    """Each criterion, 0..1, of one seed; for a kind that it was taught, those of the fit that was not."""
    main = next(result for result in results if not result.left_out and result.seed == seed)
    criteria = {REAL: found(main, "choice_leak"), MILD: found(main, f"choice/leak/{MILDER}")}
    for kind, families in LEAK_KINDS.items():
        judge = next((result for result in results if result.left_out == kind), main)
        criteria[kind] = float(np.mean([found(judge, f"choice/leak/{family}") for family in families]))
    if not _has_few(main):
        disturbances = main.families("choice/disturbance/").values()
        criteria[DISTURBANCES] = (
            float(np.mean([(scores < cut(main)).mean() for scores in disturbances])) if disturbances else 1.0
        )
    return criteria


def cut(result: JobResult) -> float:
    """The score that passes 99 % of the good wells of the choice part."""
    return float(np.nextafter(np.quantile(result.of("choice_good"), PASSED, method="higher"), np.inf))


def found(result: JobResult, name: str) -> float:
    """Share of a set of leaks at or above the cut; of few good wells, the mean of that share over every cut."""
    leaks = result.of(name)
    if _has_few(result) and leaks.size:
        return _area(result.of("choice_good"), leaks)
    return _share(leaks >= cut(result))


def rank(candidates: Iterable[RankedCandidate]) -> list[RankedCandidate]:
    """Best first; of those whose merit is the same as the best one's, the faster first."""
    remaining = sorted(candidates, key=lambda one: -one.merit)
    ranked: list[RankedCandidate] = []
    while remaining:
        equals = [one for one in remaining if one.merit >= remaining[0].merit - SAME]
        first = min(equals, key=lambda one: one.score_us)
        ranked.append(first)
        remaining.remove(first)
    return ranked


def _merit(criteria: Iterable[float]) -> float:
    values = list(criteria)
    return (min(values) + sum(values) / len(values)) / 2


def _share(hits: NDArray[np.bool_]) -> float:
    return float(hits.mean()) if hits.size else 0.0


def _has_few(result: JobResult) -> bool:
    return result.of("choice_good").size < FEW


def _area(good: NDArray[np.float64], leak: NDArray[np.float64]) -> float:
    """Area under the ROC curve."""
    return auroc(np.concatenate([good, leak]), np.repeat([0, 1], [good.size, leak.size]))

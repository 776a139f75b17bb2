"""The rule by which a candidate is chosen, in words and in code."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.contract.errors import FitFailed
from training.comparison.picture_sets import MILDER
from training.comparison.result import Outcome
from training.evaluation.rates import auroc
from training.synthetic.augmentation import LEAK_KINDS

PASSED = 0.99
FEW = 50
SAME = 0.005
NUISANCES = "nuisances"
REAL = "real leaks"
MILD = "milder leaks"

RULE = (
    f"On the choice part, at the cut that passes {PASSED:.0%} of the held-out good wells, every fit is put to these "
    "tests: the share found of the real leaks, of the same leaks mixed half and half with good wells, and of the "
    f"stress leaks of each kind ({', '.join(LEAK_KINDS)}; a fit that was taught a kind is replaced by one that was "
    "not), and the share of good wells passed under nuisances. A fit is worth the mean of its worst test and of the "
    "average over all tests; a candidate is worth what its worst seed is. The best convolutional autoencoder wins; "
    f"within {SAME:.1%} the faster one does. Its seed of the highest worth is exported. Fewer than {FEW} good wells "
    "cannot place such a cut: there each share found is the mean over all cuts, the area under the ROC curve, and "
    "nuisances are left out."
)


@dataclass(frozen=True, slots=True)
class Worth:
    """What a candidate's fits are worth: each test's result in the worst seed, and the worth by seed."""

    candidate: str
    tests: Mapping[str, float]
    by_seed: Mapping[int, float]
    score_us: float

    @property
    def value(self) -> float:
        """That of the worst seed."""
        return min(self.by_seed.values())

    @property
    def best_seed(self) -> int:
        """The seed to export."""
        return max(self.by_seed, key=lambda seed: (self.by_seed[seed], -seed))


def weigh(candidate: str, outcomes: Sequence[Outcome]) -> Worth:
    """Put all fits of a candidate to the tests.

    Raises:
        FitFailed: one of them failed.
    """
    failed = next((outcome for outcome in outcomes if outcome.failed), None)
    if failed is not None:
        raise FitFailed(f"{candidate}, seed {failed.seed}: {failed.failed}")
    seeds = sorted({outcome.seed for outcome in outcomes})
    tests = {seed: put_to_tests(outcomes, seed) for seed in seeds}
    by_seed = {seed: _worth(results.values()) for seed, results in tests.items()}
    worst = min(by_seed, key=lambda seed: by_seed[seed])
    score_us = float(np.median([outcome.score_us for outcome in outcomes if not outcome.left_out]))
    return Worth(candidate, tests[worst], by_seed, score_us)


def put_to_tests(outcomes: Sequence[Outcome], seed: int) -> dict[str, float]:
    """The result of each test, 0..1, of one seed; for a kind that it was taught, those of the fit that was not."""
    main = next(outcome for outcome in outcomes if not outcome.left_out and outcome.seed == seed)
    results = {REAL: found(main, "choice_leak"), MILD: found(main, f"choice/leak/{MILDER}")}
    for kind, families in LEAK_KINDS.items():
        judge = next((outcome for outcome in outcomes if outcome.left_out == kind), main)
        results[kind] = float(np.mean([found(judge, f"choice/leak/{family}") for family in families]))
    if not _has_few(main):
        nuisances = main.families("choice/nuisance/").values()
        results[NUISANCES] = float(np.mean([(scores < cut(main)).mean() for scores in nuisances])) if nuisances else 1.0
    return results


def cut(outcome: Outcome) -> float:
    """The score that passes 99 % of the good wells of the choice part."""
    return float(np.nextafter(np.quantile(outcome.of("choice_good"), PASSED, method="higher"), np.inf))


def found(outcome: Outcome, name: str) -> float:
    """Share of a set of leaks at or above the cut; of few good wells, the mean of that share over every cut."""
    leaks = outcome.of(name)
    if _has_few(outcome) and leaks.size:
        return _area(outcome.of("choice_good"), leaks)
    return _share(leaks >= cut(outcome))


def rank(worths: Iterable[Worth]) -> list[Worth]:
    """Best first; of those that are worth the same as the best of them, the faster first."""
    remaining = sorted(worths, key=lambda worth: -worth.value)
    ranked: list[Worth] = []
    while remaining:
        equals = [worth for worth in remaining if worth.value >= remaining[0].value - SAME]
        first = min(equals, key=lambda worth: worth.score_us)
        ranked.append(first)
        remaining.remove(first)
    return ranked


def _worth(results: Iterable[float]) -> float:
    values = list(results)
    return (min(values) + sum(values) / len(values)) / 2


def _share(hits: NDArray[np.bool_]) -> float:
    return float(hits.mean()) if hits.size else 0.0


def _has_few(outcome: Outcome) -> bool:
    return outcome.of("choice_good").size < FEW


def _area(good: NDArray[np.float64], leak: NDArray[np.float64]) -> float:
    """Area under the ROC curve."""
    return auroc(np.concatenate([good, leak]), np.repeat([0, 1], [good.size, leak.size]))

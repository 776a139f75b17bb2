"""Detectors of the gate: linear weights that tell usable pictures from coarsely corrupted ones, one reason each."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from service.contract.picture import Pixels
from service.contract.scenes.linking import scenes_of
from training.gate.tails import tail_end

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]
Folds = NDArray[np.int64]

FOLDS: Final = 5
LARGEST_SAMPLE: Final = 2500
FLATTEST: Final = 1e-9
USABLE: Final = 0.995
FAULTY: Final = 0.005
GAP: Final = 1 / 3


class Cases(NamedTuple):
    """Features [N, F + 1] of pictures and the fold of each."""

    features: Matrix
    folds: Folds

    def of(self, fold: int) -> Matrix:
        """The rows of one fold."""
        return np.asarray(self.features[self.folds == fold])

    def without(self, fold: int) -> Matrix:
        """The rows of all other folds."""
        return np.asarray(self.features[self.folds != fold])


class CorruptionDetector(NamedTuple):
    """Weights [F + 1], so that good wells have mean 0 and standard deviation 1, and the limit above them."""

    weights: Vector
    limit: float


def scene_folds(pictures: Sequence[Pixels], seed: int) -> Folds:
    """Put every scene into one of five folds, so that a held-out fold shows scenes that were not learnt."""
    scenes: NDArray[np.signedinteger] = scenes_of(pictures)
    if scenes.max() + 1 < FOLDS:
        scenes = np.arange(len(pictures))
    number = int(scenes.max()) + 1
    return np.asarray((np.random.default_rng(seed).permutation(number) % FOLDS)[scenes], np.int64)


def learn_detector(good: Cases, also_usable: Cases, faulty: Cases, refused: float) -> CorruptionDetector:
    """Learn weights on everything and the limit on held-out folds.

    The limit is what a share ``refused`` of good wells exceeds, and lies beyond 99.5 % of what else is usable; where a
    gap lies between that and the corrupted ones, a third of the way to them.
    """
    held_out = [_separate(good.without(k), also_usable.without(k), faulty.without(k)) for k in range(FOLDS)]
    scores = [np.concatenate([part.of(k) @ held_out[k] for k in range(FOLDS)]) for part in (good, also_usable, faulty)]
    least = max(tail_end(scores[0], refused), float(np.quantile(scores[1], USABLE)))
    gap = float(np.quantile(scores[2], FAULTY)) - least
    return CorruptionDetector(
        _separate(good.features, also_usable.features, faulty.features), least + max(gap * GAP, 0.0)
    )


def _separate(good: Matrix, also_usable: Matrix, faulty: Matrix) -> Vector:
    """Weigh by logistic regression on standardised features."""
    usable = np.concatenate((_sample(good), _sample(also_usable)))
    scaler = StandardScaler().fit(usable[:, :-1])
    rows = scaler.transform(np.concatenate((usable, faulty))[:, :-1])
    labels = np.repeat((0, 1), (len(usable), len(faulty)))
    model = LogisticRegression(solver="newton-cholesky", max_iter=50).fit(rows, labels)
    slope = model.coef_[0] / scaler.scale_
    scores = good[:, :-1] @ slope
    return np.append(slope, -scores.mean()) / max(float(scores.std()), FLATTEST)


def _sample(rows: Matrix) -> Matrix:
    return rows[:: max(1, len(rows) // LARGEST_SAMPLE)]

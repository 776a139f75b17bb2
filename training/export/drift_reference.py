"""The drift reference of an artefact: how its figures are distributed on good wells, and what chance alone does."""

from collections.abc import Mapping
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from service.contract.drift_index import DRIFT_FIGURES, PSEUDO_COUNT, drift_index
from service.contract.gate.figures import FIGURES, measure
from service.contract.manifest import DriftReference, InputSpec
from service.contract.scorer import Scorer
from training.dataset.data import pixels_of
from training.dataset.splits import Split
from training.evaluation.evaluate import score_groups

Vector = NDArray[np.float64]

WINDOWS: Final = (200, 600, 2000)
MOST_BINS: Final = 10
PICTURES_A_BIN: Final = 20
REPEATS: Final = 10_000
BY_CHANCE: Final = 0.99


def learn_drift(parts: Split, scorer: Scorer, spec: InputSpec) -> DriftReference | None:
    """Learn how the figures are distributed on wells that the model was not trained on; None where they are few."""
    groups = parts.calibration_good
    figures = measure(pixels_of(groups, spec)).astype(np.float64)
    values = {"score": score_groups(scorer, spec, groups).scores.astype(np.float64)}
    values |= {name: figures[:, FIGURES.index(name)] for name in DRIFT_FIGURES if name != "score"}
    return learn_reference(values)


def learn_reference(figures: Mapping[str, Vector], seed: int = 0) -> DriftReference | None:
    """Learn bins, shares and limits; None for fewer than 40 wells, which say too little.

    Args:
        figures: by name, one value for each good well that the model was not trained on.
        seed: of the simulation.
    """
    wells = min(len(values) for values in figures.values())
    bins = min(MOST_BINS, wells // PICTURES_A_BIN)
    if bins <= 1:
        return None
    edges = {name: _edges(values, bins) for name, values in figures.items()}
    counts = {name: np.bincount(np.searchsorted(edges[name], figures[name], "right"), minlength=1) for name in figures}
    return DriftReference(
        bin_edges={name: tuple(edges[name].tolist()) for name in figures},
        shares={name: tuple(_shares(counts[name], len(edges[name]) + 1).tolist()) for name in figures},
        limits_by_window={
            window: {name: _limit(len(edges[name]) + 1, wells, window, seed) for name in figures} for window in WINDOWS
        },
    )


def _edges(values: Vector, bins: int) -> Vector:
    """Inner edges between bins of equal share; fewer where many values are equal."""
    return np.unique(np.quantile(values, np.linspace(0, 1, bins + 1)[1:-1]))


def _shares(counts: NDArray[np.int64], bins: int) -> Vector:
    padded = np.pad(counts, (0, bins - len(counts))) + PSEUDO_COUNT
    return np.asarray(padded / padded.sum())


@cache
def _limit(bins: int, wells: int, window: int, seed: int) -> float:
    """Draw wells and windows of pictures from one distribution: 1 % of their indices exceed the limit."""
    rng = np.random.default_rng(seed)
    equal = np.full(bins, 1 / bins)
    reference = rng.multinomial(wells, equal, REPEATS) + PSEUDO_COUNT
    seen = rng.multinomial(window, equal, REPEATS)
    index = drift_index(seen, reference / reference.sum(axis=1, keepdims=True))
    return round(max(float(np.quantile(index, BY_CHANCE)), 1e-6), 5)

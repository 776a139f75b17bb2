"""How well scores and a threshold tell leaks from good wells, with the uncertainty of each figure.

Everything here takes one score a group of equal pictures (:class:`training.dataset.data.Group`): a picture stored
twice is one proof, not two.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest
from sklearn.metrics import precision_recall_curve, roc_auc_score, roc_curve

from service.contract.errors import DataError, TooFewPictures
from service.contract.manifest import Rate

CONFIDENCE = 0.95

Scores = NDArray[np.floating[Any]]
Labels = NDArray[Any]
Array = NDArray[np.float64]


class Classes(NamedTuple):
    """The scores of good wells and of leaks, each in ascending order."""

    good: Array
    leak: Array


class RatesAtCuts(NamedTuple):
    """TPR and TNR at every threshold that makes a difference, from the highest to the lowest; arrays [N]."""

    threshold: Array
    tpr: Array
    tnr: Array


class Curve(NamedTuple):
    """Points of a curve, in the order in which it is drawn."""

    x: tuple[float, ...]
    y: tuple[float, ...]


def by_class(scores: Scores, labels: Labels) -> Classes:
    """Part scores [N] by labels [N] (0 or False good, 1 or True leak) and sort them.

    Raises:
        DataError: a score is NaN or infinite.
    """
    values = np.asarray(scores, dtype=np.float64)
    if not np.isfinite(values).all():
        raise DataError("scores are not finite: the model has diverged, fit it again at a lower learning rate")
    is_leak = np.asarray(labels).astype(bool)
    return Classes(np.sort(values[~is_leak]), np.sort(values[is_leak]))


def both_classes(scores: Scores, labels: Labels) -> Classes:
    """Part scores by labels as ``by_class`` does.

    Raises:
        TooFewPictures: a class is absent.
    """
    classes = by_class(scores, labels)
    for name, part in zip(("good wells", "leaks"), classes, strict=True):
        if not part.size:
            raise TooFewPictures(f"this threshold strategy needs scores of {name}, and there are none: add some")
    return classes


def rate(hits: int, total: int) -> Rate:
    """``hits`` of ``total`` (1 or more) with the two-sided 95 % Clopper-Pearson interval (Biometrika 26, 1934)."""
    low, high = binomtest(hits, total).proportion_ci(CONFIDENCE)
    return Rate(hits=hits, total=total, value=hits / total, low=float(low), high=float(high))


def upper_bound(hits: int, total: int) -> float:
    """One-sided 95 % Clopper-Pearson bound: with this confidence the true rate is lower. 1 where nothing was seen."""
    return float(binomtest(hits, total, alternative="less").proportion_ci(CONFIDENCE).high) if total else 1.0


def rates_at_cuts(classes: Classes) -> RatesAtCuts:
    """Rates at the cuts half-way between neighbouring scores; the lowest cut is the lowest score itself."""
    levels = np.unique(np.concatenate(classes))
    middles = np.maximum(levels[:-1] + np.diff(levels) / 2, np.nextafter(levels[:-1], np.inf))
    cuts = np.concatenate([levels[:1], middles])[::-1]
    good, leak = (np.searchsorted(part, cuts) / part.size for part in classes)
    return RatesAtCuts(cuts, 1 - leak, good)


def auroc(scores: Scores, labels: Labels) -> float:
    """Probability that a leak outscores a good well, ties counting half (Hanley and McNeil, Radiology 143, 1982).

    Both classes must be there.
    """
    return float(roc_auc_score(labels, scores))


def roc(scores: Scores, labels: Labels) -> Curve:
    """False-alarm rate against TPR, from (0, 0) to (1, 1); both classes must be there."""
    false_alarms, tpr, _ = roc_curve(labels, scores)
    return Curve(tuple(false_alarms.tolist()), tuple(tpr.tolist()))


def precision_recall(scores: Scores, labels: Labels) -> Curve:
    """TPR (recall) against precision, from the highest threshold to the lowest; both classes must be there."""
    precision, tpr, _ = precision_recall_curve(labels, scores, drop_intermediate=True)
    return Curve(tuple(tpr[::-1].tolist()), tuple(precision[::-1].tolist()))

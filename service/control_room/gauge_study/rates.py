"""Shares and kappas with their 95 % intervals; pure functions of tables."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.contract.scenes.rates import Z, wilson

ALL_AGREE = "all_agree"
TOO_FEW = "too_few"

Counts = NDArray[np.float64]


@dataclass(slots=True)
class Share:
    """``count`` of ``of``; ``value`` with its bounds is null where there is nothing to count."""

    count: int
    of: int
    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(slots=True)
class Kappa:
    """Agreement beyond chance, 1 at most, over ``pictures``; null where it is not defined, ``why`` says so.

    ``all_agree``: every answer is the same verdict, so that there is no chance to compare with. ``too_few``: fewer than
    two pictures. The bounds are null too where all answers agree, since the variance is then 0 whatever the number of
    pictures.
    """

    pictures: int
    value: float | None = None
    low: float | None = None
    high: float | None = None
    why: str | None = None


def share(count: int, of: int, independent: int | None = None) -> Share:
    """Give a share with its interval (:func:`wilson`).

    Args:
        count: of what is counted.
        of: out of how many.
        independent: how many of them are independent, where answers repeat a picture; the interval is that of as many.
    """
    if of == 0:
        return Share(count, of)
    return Share(count, of, count / of, *wilson(count / of, independent or of))


def cohen(first: Sequence[str], second: Sequence[str]) -> Kappa:
    """Cohen's kappa of two lists of verdicts on the same pictures (1960).

    Its standard error is that of Fleiss, Cohen and Everitt (1969), which holds where kappa is not 0.
    """
    names = sorted({*first, *second})
    table = np.zeros((len(names), len(names)))
    for one, other in zip(first, second, strict=True):
        table[names.index(one), names.index(other)] += 1
    n = len(first)
    if n < 2:  # noqa: PLR2004  # one picture has no spread
        return Kappa(n, why=TOO_FEW)
    p = table / n
    rows, columns, agreed = p.sum(axis=1), p.sum(axis=0), float(np.trace(p))
    chance = float(rows @ columns)
    if chance == 1:
        return Kappa(n, why=ALL_AGREE)
    kappa = (agreed - chance) / (1 - chance)
    same = float((np.diag(p) * (1 - (rows + columns) * (1 - kappa)) ** 2).sum())
    both = (columns[:, np.newaxis] + rows[np.newaxis, :]) ** 2 * p
    other_terms = (1 - kappa) ** 2 * float(both.sum() - np.trace(both))
    variance = (same + other_terms - (kappa - chance * (1 - kappa)) ** 2) / ((1 - chance) ** 2 * n)
    return _with_bounds(n, kappa, variance)


def fleiss(counts: NDArray[Any]) -> Kappa:
    """Fleiss' kappa of several people, some of whom may not have answered for a picture.

    Its variance is that of Gwet (Handbook of Inter-Rater Reliability, 4th ed., chapter 5), by linearisation.

    Args:
        counts: [N, verdicts], how many people gave each verdict; pictures without an answer are left out.
    """
    table: Counts = np.asarray(counts, dtype=np.float64)
    table = table[table.sum(axis=1) > 0]
    answers = table.sum(axis=1)
    several = answers >= 2  # noqa: PLR2004  # agreement takes two
    n, n_several = len(table), int(several.sum())
    if n < 2 or n_several < 2:  # noqa: PLR2004
        return Kappa(n_several, why=TOO_FEW)
    pairs = np.where(several, answers * (answers - 1), 1)
    agreed = (table * (table - 1)).sum(axis=1) / pairs
    observed = float(agreed[several].mean())
    shares = (table / answers[:, np.newaxis]).mean(axis=0)
    chance = float(shares @ shares)
    if math.isclose(chance, 1):
        return Kappa(n_several, why=ALL_AGREE)
    kappa = (observed - chance) / (1 - chance)
    each = (n / n_several) * (agreed - chance * several) / (1 - chance)
    chance_each = (table @ shares) / answers
    each -= 2 * (1 - kappa) * (chance_each - chance) / (1 - chance)
    return _with_bounds(n_several, kappa, float(((each - kappa) ** 2).sum()) / (n * (n - 1)))


def _with_bounds(n: int, kappa: float, variance: float) -> Kappa:
    if math.isclose(kappa, 1):
        return Kappa(n, 1.0)
    half = Z * math.sqrt(max(0.0, variance))
    return Kappa(n, kappa, max(-1.0, kappa - half), min(1.0, kappa + half))

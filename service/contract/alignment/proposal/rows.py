"""Rows of equally spaced places: what makes wells of peaks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from service.contract.alignment.proposal.templates import ASPECT, Peak

FEWEST: Final = 3
STEEPEST: Final = 0.12
_EVEN: Final = 0.15
"""Share of the pitch by which a neighbour may be off."""

_CURVED_FROM: Final = 5
_SLOPES: Final = 9


@dataclass(frozen=True)
class Row:
    """A row: places by their number along it, and the curves on which they lie."""

    members: dict[int, Peak]
    across: NDArray[np.floating[Any]]
    down: NDArray[np.floating[Any]]

    def place(self, number: int) -> tuple[float, float]:
        """Where a place of that number lies: x, y."""
        return float(np.polyval(self.across, number)), float(np.polyval(self.down, number))

    @property
    def numbers(self) -> range:
        """From the first to the last member."""
        return range(min(self.members), max(self.members) + 1)


def fitted(members: Mapping[int, Peak], beside: Row | None = None) -> Row:
    """Fit a row to its members; those off it by far do not count.

    A row ``beside`` another one bends as that does: only a straight line is fitted to what lies between them.
    """
    kept = dict(members)
    while True:
        row = _curves(kept, beside)
        off = {number: _off(row.place(number), peak) for number, peak in kept.items()}
        worst = max(off, key=lambda number: off[number])
        if off[worst] <= max(2.0, 3 * float(np.median(list(off.values())))) or len(kept) <= FEWEST:
            return row
        del kept[worst]


def _curves(members: Mapping[int, Peak], beside: Row | None) -> Row:
    numbers = np.array(list(members))
    places = np.array([(peak.x, peak.y) for peak in members.values()])
    if beside is not None:
        known = np.array([beside.place(number) for number in members])
        across, down = (np.polyfit(numbers, column, 1) for column in (places - known).T)
        return Row(dict(members), np.polyadd(beside.across, across), np.polyadd(beside.down, down))
    bend = 2 if len(members) >= _CURVED_FROM else 1
    across, down = (np.polyfit(numbers, column, bend) for column in places.T)
    return Row(dict(members), across, down)


def _off(place: tuple[float, float], peak: Peak) -> float:
    return max(abs(place[0] - peak.x), abs(place[1] - peak.y))


def rows_of(found: Iterable[Peak], width: float, fewest: int = FEWEST) -> list[Row]:
    """Group peaks of halves so wide into rows of at least so many, the highest first; what stands alone is dropped."""
    left = list(found)
    rows = []
    while len(left) >= fewest:
        members = _longest(left, width)
        if len(members) < fewest:
            break
        rows.append(fitted(members))
        taken = set(members.values())
        left = [peak for peak in left if peak not in taken]
    return sorted(rows, key=lambda row: row.place(row.numbers[len(row.numbers) // 2])[1])


def _longest(found: Sequence[Peak], width: float) -> dict[int, Peak]:
    """The most peaks that lie evenly on one line; a line with fewer peaks than the best row has is not looked at."""
    x, y = np.array([(peak.x, peak.y) for peak in found]).T
    best: dict[int, Peak] = {}
    for seed in found:
        for slope in np.linspace(-STEEPEST, STEEPEST, _SLOPES):
            (on,) = np.nonzero(np.abs(y - seed.y - slope * (x - seed.x)) < 0.25 * width * ASPECT)
            if len(on) > len(best):
                best = max(best, _even([found[place] for place in on.tolist()], width), key=len)
    return best


def _even(line: Sequence[Peak], width: float) -> dict[int, Peak]:
    """Number the peaks of a line by the pitch that most of them keep."""
    along = sorted(line)
    gaps = np.diff([peak.x for peak in along])
    gaps = gaps[gaps > width]
    if len(gaps) < FEWEST - 1:
        return {}
    return max((_numbered(along, float(pitch)) for pitch in {round(gap) for gap in gaps.tolist()}), key=len)


def _numbered(along: Sequence[Peak], pitch: float) -> dict[int, Peak]:
    """Go along a line step by step; what is not whole pitches from the one before is left out."""
    members: dict[int, Peak] = {}
    number, last = 0, None
    for peak in along:
        if last is not None:
            steps = (peak.x - last.x) / pitch
            if round(steps) < 1 or abs(steps - round(steps)) > _EVEN:
                continue
            number += round(steps)
        members[number], last = peak, peak
    return members

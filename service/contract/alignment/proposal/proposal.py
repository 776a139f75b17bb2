"""The wells of a table, proposed: the upper halves by their shape, the lower ones below them, each on its lattice."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import cv2
import numpy as np

from service.contract.alignment.layout import Box
from service.contract.alignment.proposal.rows import Row, fitted, rows_of
from service.contract.alignment.proposal.templates import (
    ASPECT,
    Grey,
    Map,
    Peak,
    best_near,
    height_of,
    lower,
    mean_of,
    peaks,
    upper,
)
from service.contract.errors import SetupError
from service.contract.picture import Pixels

NARROWEST: Final = 24
WIDEST_SHARE: Final = 1 / 8
"""Of the frame's width: the widest half that is looked for."""

FEWEST_IN_ROW: Final = 4
ALIKE: Final = 0.6
GAP_ALIKE: Final = 0.1
END_ALIKE: Final = 0.3
"""Least correlation of a half found by its shape, inside a row, and beyond the ends of one."""

AS_LIGHT: Final = 0.85
"""Least brightness of a half beyond the ends of a row, as a share of what the row's others have."""

_STEP: Final = 1.08
_MOST: Final = 120
_WORSE: Final = 0.1


class Table(NamedTuple):
    """Rows of halves: upper and lower, each with the width of its halves."""

    uppers: list[Row]
    lowers: list[Row]
    widths: list[int]


class Look(NamedTuple):
    """What the halves of one row have in common, and how bright they are."""

    common: Map
    light: float


def propose(frames: Sequence[Pixels]) -> dict[str, Box]:
    """Propose boxes for the halves of wells, ``1a`` and ``1b`` for the first one's, row by row.

    Args:
        frames: uint8 [H, W, 3] RGB of one size, from a camera that stands still; of several the median is looked at.

    Raises:
        SetupError: no rows of wells are seen, or the frames differ in size.
    """
    if len({frame.shape for frame in frames}) != 1:
        raise SetupError("the frames have different sizes: give frames of one camera")
    greys = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames]
    grey = np.median(greys, axis=0).astype(np.uint8) if len(greys) > 1 else np.asarray(greys[0], np.uint8)
    return _named(_table(grey), grey)


def _table(grey: Grey) -> Table:
    width, rows = _widest_support(grey)
    if not rows:
        raise SetupError(
            "no rows of wells are seen: give a sharp frame of the whole table, or write the wells down by hand"
        )
    uppers, lowers, widths = [], [], []
    for row in rows:
        own = _own_width(grey, row, width)
        above = _completed(grey, row, upper(own))
        uppers.append(above)
        lowers.append(_completed(grey, _below(grey, above, own), lower(own), above))
        widths.append(own)
    return Table(uppers, lowers, widths)


def _widest_support(grey: Grey) -> tuple[float, list[Row]]:
    """The width at which most halves lie in rows, and those rows, in pixels of the frame."""
    best: tuple[float, float, list[Row]] = (0.0, 0.0, [])
    width = float(NARROWEST)
    while width <= grey.shape[1] * WIDEST_SHARE:
        scale = NARROWEST / width
        small = np.asarray(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
        rows = rows_of(peaks(small, upper(NARROWEST), ALIKE, _MOST), NARROWEST, FEWEST_IN_ROW)
        support = sum(peak.value - ALIKE for row in rows for peak in row.members.values())
        best = max(best, (support, width, rows), key=lambda one: one[0])
        width *= _STEP
    _, width, rows = best
    clearest = max((_value(row) for row in rows), default=0.0)
    return width, [_scaled(row, width / NARROWEST) for row in rows if _value(row) > clearest - _WORSE]


def _value(row: Row) -> float:
    return float(np.mean([peak.value for peak in row.members.values()]))


def _scaled(row: Row, by: float) -> Row:
    return fitted({number: Peak(peak.x * by, peak.y * by, peak.value) for number, peak in row.members.items()})


def _own_width(grey: Grey, row: Row, width: float) -> int:
    """The width at which the halves of one row match best: rows far away are smaller."""
    reach = round(width * 0.12)

    def value(candidate: int) -> float:
        template, members = upper(candidate), row.members.values()
        return float(np.mean([best_near(grey, template, one.x, one.y, (reach, reach)).value for one in members]))

    return max(range(round(width * 0.85), round(width * 1.15) + 1), key=value)


def _completed(grey: Grey, row: Row, drawn: Map, beside: Row | None = None) -> Row:
    """Place each half anew, first by the drawn shape, then by what the row's own halves have in common."""
    width = drawn.shape[1]
    reach = max(3, round(width * 0.09))
    placed = {number: best_near(grey, drawn, *row.place(number), (reach, reach)) for number in row.numbers}
    better = sorted(placed, key=lambda number: -placed[number].value)[: max(FEWEST_IN_ROW, len(placed) * 2 // 3)]
    lattice = fitted({number: placed[number] for number in better}, beside)
    halves = list(lattice.members.values())
    look = Look(mean_of(grey, halves, width), float(np.median([_light(grey, half, drawn) for half in halves])))
    members = dict(_along(grey, Row(placed, lattice.across, lattice.down), look, reach))
    return fitted(members, beside) if len(members) >= FEWEST_IN_ROW else lattice


def _along(grey: Grey, row: Row, look: Look, reach: int) -> Iterator[tuple[int, Peak]]:
    """Halves of a row: inside it nearly any will do, beyond its ends only what looks like the others."""
    for number in row.numbers:
        peak = best_near(grey, look.common, *row.place(number), (reach, reach))
        if peak.value >= GAP_ALIKE:
            yield number, peak
    for start, step in ((row.numbers[0] - 1, -1), (row.numbers[-1] + 1, 1)):
        number = start
        while True:
            peak = best_near(grey, look.common, *row.place(number), (reach, reach))
            if peak.value < END_ALIKE or _light(grey, peak, look.common) < AS_LIGHT * look.light:
                break
            yield number, peak
            number += step


def _light(grey: Grey, place: Peak, shape: Map) -> float:
    """How bright it is there: beyond the end of a plate it is dark."""
    size = shape.shape[1], shape.shape[0]
    return float(cv2.getRectSubPix(grey, size, (place.x - 0.5, place.y - 0.5)).mean())


def _below(grey: Grey, row: Row, width: int) -> Row:
    """The lower halves: as far below the upper ones as most agree on, which perspective tilts a little."""
    template, height = lower(width), height_of(width)
    reach = (round(width * 0.3), round(height * 0.9))
    found = {
        number: best_near(grey, template, *_lowered(row.place(number), height * 2.1), reach) for number in row.numbers
    }
    down = float(np.median([peak.y - row.place(number)[1] for number, peak in found.items()]))
    near = {n: peak for n, peak in found.items() if abs(peak.y - row.place(n)[1] - down) < height * 0.25}
    return fitted(near if len(near) >= FEWEST_IN_ROW else found, row)


def _lowered(place: tuple[float, float], by: float) -> tuple[float, float]:
    return place[0], place[1] + by


def _named(table: Table, grey: Grey) -> dict[str, Box]:
    boxes: dict[str, Box] = {}
    count = 0
    for above, below, width in zip(*table, strict=True):
        for number in sorted(above.members.keys() | below.members.keys() | {*above.numbers} & {*below.numbers}):
            count += 1
            for row, half in ((above, "a"), (below, "b")):
                if number in row.numbers:
                    box = _box(*row.place(number), width)
                    if _is_inside(box, grey):
                        boxes[f"{count}{half}"] = box
    return boxes


def _box(x: float, y: float, width: int) -> Box:
    height = round(width * ASPECT)
    return max(0, round(x - width / 2)), max(0, round(y - height / 2)), width, height


def _is_inside(box: Box, grey: Grey) -> bool:
    return bool(box[0] + box[2] <= grey.shape[1] and box[1] + box[3] <= grey.shape[0])

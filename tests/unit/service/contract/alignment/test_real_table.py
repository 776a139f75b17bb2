"""The real frame: wells where a person sees them, and the table found again wherever it is moved."""

import math
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from service.contract.alignment.aligner import Aligner
from service.contract.alignment.alignment import Alignment
from service.contract.alignment.layout import Layout, Reference
from service.contract.alignment.proposal.proposal import propose
from service.contract.picture import Pixels, decode
from tests.frames import moved, off_px

DATA = Path(__file__).parents[6] / "shared" / "data"
FRAMES = sorted(DATA.glob("CAM_C_*.jpg"))
pytestmark = pytest.mark.skipif(not FRAMES, reason=f"no real frame is at {DATA}")

ASPECT = 27 / 48
WIDTHS = (46.5, 47.5, 49, 50.5)
"""Of the halves of each row, as a person sees them."""

# fmt: off
UPPER = (
    (
        (647.5, 143), (723.5, 143), (799.5, 143), (876.5, 143), (953.5, 144), (1029.5, 145), (1107.5, 145),
        (1184, 146), (1261, 147),
    ),
    (
        (557.5, 228.5), (635, 228.5), (714, 229), (793, 229), (872, 229), (951, 229), (1030, 229.5), (1110,
        230.5), (1188, 231.5), (1267, 232.5), (1346, 234),
    ),
    (
        (539, 339), (620, 339), (702, 338.5), (784, 339.5), (866, 340), (947, 340), (1030, 341), (1111, 342),
        (1195, 342.5), (1276, 343.5), (1358, 344.5),
    ),
    (
        (527, 436), (608, 436.5), (692, 437), (775, 437), (860, 438), (944, 439), (1029, 439.5), (1114, 440),
        (1200, 440.5), (1284, 441.5), (1366, 443),
    ),
)
"""Middle and upper edge of the rims of the upper halves, row by row."""

LOWER = (
    (
        (563, 209), (642.5, 209), (720, 209), (798, 209), (874.5, 210), (952.5, 210.5), (1030.5, 212), (1108,
        212), (1185, 212.5), (1264, 213), (1341, 214),
    ),
    (
        (550, 300), (630, 300), (709, 301), (789, 301), (870, 302), (950, 302), (1031, 302), (1110, 302.5),
        (1191, 303.5), (1271, 303.5), (1350, 304),
    ),
    (
        (531, 414), (615, 414), (697, 414), (780, 415), (863, 415), (945, 416), (1031, 416.5), (1113, 417),
        (1197, 417.5), (1280, 418), (1363, 418),
    ),
    (
        (600, 517), (687, 518), (772, 518), (857, 519), (943, 520), (1030, 520), (1116, 521), (1203, 521),
        (1290, 521),
    ),
)
"""Middle and lower edge of the rims of the lower halves."""
# fmt: on


@cache
def frame() -> Pixels:
    return decode(FRAMES[0].read_bytes())


@cache
def aligner() -> Aligner:
    layout = Layout.model_validate({"reference": "a.jpg", "sha256": "0" * 64, "wells": propose([frame()])})
    return Aligner(Reference(layout, frame()))


def seen() -> list[tuple[float, float, float, float]]:
    """The boxes that a person would draw."""
    boxes = []
    for width, upper, lower in zip(WIDTHS, UPPER, LOWER, strict=True):
        height = width * ASPECT
        boxes += [(x - width / 2, top - 1, width, height) for x, top in upper]
        boxes += [(x - width / 2, bottom + 1 - height, width, height) for x, bottom in lower]
    return boxes


def farthest_px(alignment: Alignment, right: float, down: float, turn: float) -> float:
    """How far the corners of wells are from where they belong, at most."""
    centre = np.array(frame().shape[1::-1]) / 2
    corners = np.concatenate(list(aligner().corners.values())) - centre
    cosine, sine = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    truly = corners @ np.array([[cosine, -sine], [sine, cosine]]).T + centre + (right, down)
    found = (corners + centre) @ alignment.matrix[:, :2].T + alignment.matrix[:, 2]
    return float(np.hypot(*(found - truly).T).max())


def test_wells_are_proposed_where_a_person_sees_them_and_none_on_the_plate() -> None:
    wells = propose([frame()]).values()
    near = [box for box in seen() if min(off_px(box, well) for well in wells) <= 3]
    for_nothing = [well for well in wells if min(off_px(box, well) for box in seen()) > 8]
    assert len(near) >= 76
    assert for_nothing == []


@pytest.mark.parametrize(
    ("right", "down", "turn", "light"), [(20, 20, 0, 1), (-20, 13, 2, 0.7), (7.5, -20, -2, 1.1), (2, 3, 0.5, 0.3)]
)
def test_a_small_move_is_found_to_less_than_a_pixel(right: float, down: float, turn: float, light: float) -> None:
    alignment, in_sight = aligner().align(moved(frame(), right, down, turn, light))
    assert alignment.problem is None
    assert farthest_px(alignment, right, down, turn) < 1
    assert in_sight.mean() > 0.9


@pytest.mark.parametrize("right", [-97, -60, -40, 25, 76, 83, 160])
@pytest.mark.parametrize("down", [0, 9, 88])
def test_no_other_move_is_taken_for_a_small_one(right: int, down: int) -> None:
    assert aligner().align(moved(frame(), right, down))[0].problem is not None


def test_a_table_that_is_covered_is_not_found() -> None:
    for place in (np.s_[:, :960], np.s_[:, 960:], np.s_[100:560, 450:1450]):
        covered = frame().copy()
        covered[place] = 120
        assert aligner().align(covered)[0].problem is not None

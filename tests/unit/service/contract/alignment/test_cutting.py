"""Cutting: boxes are the frame's own pixels, quadrilaterals are straightened."""

import numpy as np

from service.contract.alignment.alignment import UNPROVED
from service.contract.alignment.cutting import cut
from service.contract.alignment.layout import Outline
from tests.frames import drawn_frame

STAY = UNPROVED.matrix


def by(right: float, down: float) -> np.ndarray:
    """A plain shift."""
    return np.array([(1, 0, right), (0, 1, down)], float)


def test_a_box_is_a_view_that_follows_by_whole_pixels() -> None:
    frame = drawn_frame()
    crop = cut(frame, {"1a": (84, 100, 48, 27)}, by(3.4, -2.6))["1a"]
    assert crop is not None
    assert np.shares_memory(crop, frame)
    assert np.array_equal(crop, frame[97:124, 87:135])


def test_an_upright_quadrilateral_is_what_its_box_is() -> None:
    frame = drawn_frame()
    corners = ((84.0, 100.0), (132.0, 100.0), (132.0, 127.0), (84.0, 127.0))
    crops = cut(frame, {"box": (84, 100, 48, 27), "corners": corners}, STAY)
    assert crops["box"] is not None
    assert crops["corners"] is not None
    assert np.array_equal(crops["box"], crops["corners"])


def test_a_turned_quadrilateral_is_straightened() -> None:
    frame = drawn_frame()
    corners = ((132.0, 100.0), (132.0, 127.0), (84.0, 127.0), (84.0, 100.0))
    crop = cut(frame, {"1a": corners}, STAY)["1a"]
    assert crop is not None
    assert np.array_equal(crop, np.rot90(frame[100:127, 84:132]))


def test_what_reaches_beyond_the_frame_is_not_cut() -> None:
    quadrilateral = ((600.0, 10.0), (630.0, 12.0), (630.0, 40.0), (600.0, 40.0))
    wells: dict[str, Outline] = {"left": (2, 100, 48, 27), "right": (590, 100, 48, 27), "corners": quadrilateral}
    assert cut(drawn_frame(), wells, by(-5, 0))["left"] is None
    moved = cut(drawn_frame(), wells, by(12, 0))
    assert (moved["left"] is None, moved["right"], moved["corners"]) == (False, None, None)

import numpy as np
import pytest

from service.contract.picture import Pixels
from service.simulation.drawn_wells import LONGEST_SIDE_PX, DrawnWell
from tests.wells import good_well

GOLDEN = [good_well(1), good_well(2)]


def well(seed: int = 0) -> DrawnWell:
    return DrawnWell(GOLDEN, (seed,))


def distance(one: Pixels, other: Pixels) -> float:
    return float(np.abs(one.astype(int) - other.astype(int)).mean())


def test_no_frame_comes_twice_but_the_frames_of_a_well_are_alike() -> None:
    one, other = well(1), well(2)
    first, second, elsewhere = one.show(), one.show(), other.show()
    assert 0 < distance(first, second) < distance(first, elsewhere)


def test_small_golden_pictures_are_enlarged_and_large_ones_are_kept() -> None:
    large = good_well(1, height=100, width=LONGEST_SIDE_PX)
    assert well().show().shape == (54, 96, 3)
    assert DrawnWell([large], (0,)).show().shape == large.shape


def test_golden_pictures_of_several_sizes_are_drawn_on_together() -> None:
    assert DrawnWell([good_well(1), good_well(2, 40, 60)], (3,)).show().dtype == np.uint8


def test_a_leak_is_bright_and_grows() -> None:
    good, small, large = (well().show(leak=leak) for leak in (0, 0.3, 1))
    assert (good > 170).sum() < (small > 170).sum() < (large > 170).sum()


@pytest.mark.parametrize(("what", "darker"), [("tool", True), ("steam", False)])
def test_a_handle_darkens_and_steam_lightens(what: str, darker: bool) -> None:
    assert (well().show(**{what: 0.7}).mean() < well().show().mean()) == darker

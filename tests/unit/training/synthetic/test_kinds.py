import numpy as np
import pytest

from service.contract.errors import DataError, RecipeError
from service.contract.picture import Pixels
from tests.wells import good_well
from training.synthetic import kinds

WELL = good_well(1)
FAMILIES = [*kinds.LEAKS, *kinds.DISTURBANCES]


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("size", [(24, 40), (27, 48), (200, 300), (60, 60)])
def test_a_picture_keeps_its_shape(family: str, size: tuple[int, int]) -> None:
    well = good_well(1, *size)
    drawn = kinds.apply(family, well, 0.7, 3)
    assert drawn.shape == well.shape
    assert drawn.dtype == np.uint8


@pytest.mark.parametrize("family", FAMILIES)
def test_the_same_seed_draws_the_same_and_another_one_something_else(family: str) -> None:
    first = kinds.apply(family, WELL, 0.9, 3)
    assert np.array_equal(first, kinds.apply(family, WELL, 0.9, 3))
    assert any(not np.array_equal(first, kinds.apply(family, WELL, 0.9, seed)) for seed in range(4, 8))


@pytest.mark.parametrize("family", FAMILIES)
def test_strength_makes_more_of_it(family: str) -> None:
    def change(strength: float) -> float:
        drawn = [kinds.apply(family, WELL, strength, seed) for seed in range(30)]
        return float(np.mean([np.abs(picture.astype(float) - WELL).mean() for picture in drawn]))

    assert change(1.0) > change(0.1)


@pytest.mark.parametrize("family", kinds.LEAKS)
def test_a_leak_is_drawn_on_grey_pictures_too(family: str) -> None:
    grey = np.repeat(WELL.mean(axis=2, keepdims=True), 3, axis=2).astype(np.uint8)
    assert not np.array_equal(kinds.apply(family, grey, 1.0, 3), grey)


@pytest.mark.parametrize("picture", [WELL[:4], WELL[..., 0], WELL.astype(np.float32)])
def test_what_cannot_be_drawn_on_is_refused(picture: Pixels) -> None:
    with pytest.raises(DataError, match="take uint8"):
        kinds.apply("crack", picture, 0.5, 0)


@pytest.mark.parametrize("strength", [-0.1, 1.5, float("nan")])
def test_a_strength_out_of_range_is_refused(strength: float) -> None:
    with pytest.raises(RecipeError, match=r"0\.\.1"):
        kinds.apply("crack", WELL, strength, 0)


def test_an_unknown_family_is_told_the_known_ones() -> None:
    with pytest.raises(RecipeError, match="torn_metal"):
        kinds.apply("flood", WELL, 0.5, 0)

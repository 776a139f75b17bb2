"""Measured together or alone: the same figures, to the last bit."""

import numpy as np
import pytest

from service.contract.gate.figures import measure
from service.contract.gate.stack import MOST, measure_stack, most_together
from service.contract.picture import Pixels
from tests.wells import good_well

NOISE = np.random.default_rng(5)


def noise(height: int, width: int) -> Pixels:
    return NOISE.integers(0, 256, (height, width, 3), np.uint8)


def half_empty(height: int, width: int) -> Pixels:
    picture = noise(height, width)
    picture[height // 2 :] = 128
    return picture


STACKS = {
    "wells": [good_well(seed) for seed in range(20)],
    "noise": [noise(27, 48) for _ in range(5)],
    "flat pictures": [np.full((27, 48, 3), shade, np.uint8) for shade in (0, 1, 128, 254, 255)],
    "the smallest pictures": [noise(8, 8) for _ in range(4)],
    "odd sides": [noise(31, 53) for _ in range(4)],
    "pictures that are reduced first": [noise(140, 211) for _ in range(4)],
    "cut pictures": [np.flip(half_empty(28, 40), axis) for axis in (0, 1)],
    "the largest pictures": [np.kron(noise(64, 64), np.ones((2, 2, 1), np.uint8)) for _ in range(2)],
    "the strongest edges": [np.tile(np.eye(2, dtype=np.uint8)[..., None] * np.uint8(255), (64, 64, 3))] * 2,
    "as many as can be": [noise(9, 10) for _ in range(MOST)],
    "one alone": [noise(28, 40)],
}


@pytest.mark.parametrize("name", STACKS)
def test_each_picture_of_a_stack_has_the_figures_it_has_alone(name: str) -> None:
    figures, features = measure_stack(STACKS[name])
    for picture, row, weighed in zip(STACKS[name], figures, features, strict=True):
        alone = measure(picture)
        np.testing.assert_array_equal(row, alone.figures)
        np.testing.assert_allclose(weighed, alone.features, rtol=1e-6, atol=1e-7)


def test_no_picture_depends_on_its_company() -> None:
    pictures = STACKS["wells"]
    together = measure_stack(pictures)
    for start, stop in ((0, 1), (1, 4), (4, 20)):
        some = measure_stack(pictures[start:stop])
        np.testing.assert_array_equal(some.figures, together.figures[start:stop])
        np.testing.assert_array_equal(some.features, together.features[start:stop])


@pytest.mark.parametrize(("size", "most"), [((8, 8), MOST), ((27, 48), 30), ((128, 128), 2), ((4000, 6000), 1)])
def test_the_larger_the_pictures_the_fewer_are_measured_together(size: tuple[int, int], most: int) -> None:
    assert most_together(*size) == most

"""What the gate measures, and that no picture's figures depend on those measured with it."""

import cv2
import numpy as np
import pytest

from service.contract.gate.figures import FIGURES, MOST, WEIGHED, features_of, measure
from service.contract.picture import Pixels
from tests.wells import good_well
from training.synthetic.corruptions import blurred, cut, noisy

NOISE = np.random.default_rng(5)


def figures(picture: Pixels) -> dict[str, float]:
    return dict(zip(FIGURES, measure(picture[np.newaxis])[0].tolist(), strict=True))


def noise(height: int, width: int) -> Pixels:
    return NOISE.integers(0, 256, (height, width, 3), np.uint8)


STACKS = {
    "wells": [good_well(seed) for seed in range(20)],
    "noise": [noise(27, 48) for _ in range(5)],
    "flat pictures": [np.full((27, 48, 3), shade, np.uint8) for shade in (0, 1, 128, 254, 255)],
    "the smallest pictures": [noise(8, 8) for _ in range(4)],
    "odd sides": [noise(31, 53) for _ in range(4)],
    "large pictures": [noise(256, 320) for _ in range(2)],
    "the strongest edges": [np.tile(np.eye(2, dtype=np.uint8)[..., None] * np.uint8(255), (64, 64, 3))] * 2,
    "more than are measured at once": [noise(9, 10) for _ in range(2 * MOST + 1)],
}


@pytest.mark.parametrize("name", STACKS)
def test_each_picture_has_the_figures_it_has_alone(name: str) -> None:
    together = measure(np.stack(STACKS[name]))
    for picture, row in zip(STACKS[name], together, strict=True):
        np.testing.assert_array_equal(row, measure(picture[np.newaxis])[0])


@pytest.mark.parametrize("name", STACKS)
def test_figures_are_what_their_definition_says(name: str) -> None:
    picture = STACKS[name][0]
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(float)
    red, green, blue = picture.astype(int).transpose(2, 0, 1)
    rows, columns = (np.abs(np.diff(grey, axis=axis)).mean(axis=1 - axis) for axis in (0, 1))

    is_blue, side = blue > red, -(-picture.shape[1] // 12)

    def step(offset: int) -> float:
        down, across = np.abs(grey[offset:] - grey[:-offset]), np.abs(grey[:, offset:] - grey[:, :-offset])
        return float(down.mean() + across.mean()) / 2

    assert figures(picture) == pytest.approx(
        {
            "brightness": grey.mean(),
            "contrast": grey.std(),
            "sharpness": step(1),
            "fineness": 100 * step(1) / (step(2) + 0.25),
            "roughness": 100 * step(1) / (step(4) + 0.25),
            "busiest_line": max(rows.max(), columns.max()),
            "colourfulness": (picture.max(axis=2).astype(int) - picture.min(axis=2)).mean(),
            "blue_share": 100 * np.concatenate((is_blue[:, :side], is_blue[:, -side:]), axis=1).mean(),
            "green_share": 100 * ((green > red) & (green > blue)).mean(),
            "still_share": 100 * max((rows < 0.5).mean(), (columns < 0.5).mean()),
        },
        rel=1e-5,
        abs=1e-4,
    )


def test_no_pictures_have_no_figures() -> None:
    assert measure(np.zeros((0, 28, 48, 3), np.uint8)).shape == (0, len(FIGURES))


@pytest.mark.parametrize("side", range(4))
@pytest.mark.parametrize("fill", [0, 128, 255, None])
def test_what_was_cut_from_a_picture_is_still(side: int, fill: int | None) -> None:
    assert figures(good_well(1))["still_share"] < 5
    assert figures(cut(good_well(1), 0.4, side, fill))["still_share"] == pytest.approx(40, abs=4)


def test_blur_lowers_fineness_and_noise_raises_it() -> None:
    picture = good_well(1)
    rng = np.random.default_rng(0)
    assert figures(blurred(picture, 2))["fineness"] < figures(picture)["fineness"] - 3
    assert figures(noisy(blurred(picture, 2), 10, rng))["fineness"] > figures(picture)["fineness"]


def test_fineness_hardly_depends_on_contrast() -> None:
    picture = good_well(1)
    paler = np.rint(picture * 0.5 + 64).astype(np.uint8)
    assert figures(paler)["fineness"] == pytest.approx(figures(picture)["fineness"], rel=0.05)


def test_features_are_finite_logarithms_and_a_constant() -> None:
    measured = measure(np.stack([np.zeros((28, 48, 3), np.uint8), good_well(1, 28, 48)]))
    features = features_of(measured)
    assert np.isfinite(features).all()
    assert features[:, -1].tolist() == [1, 1]
    np.testing.assert_allclose(np.exp(features[1, :-1]), measured[1, :WEIGHED] + 0.25, rtol=1e-5)

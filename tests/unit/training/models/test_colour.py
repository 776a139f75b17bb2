import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from training.models.colour import Colour, Space

RGB = np.random.default_rng(0).uniform(0, 1, (40, 30, 3)).astype(np.float32)
PLANES = torch.from_numpy(RGB).permute(2, 0, 1)[None]


def changed(space: Space, weight: float = 1.0) -> NDArray[np.float32]:
    planes: torch.Tensor = Colour(space, weight)(PLANES)
    return planes[0].permute(1, 2, 0).numpy()


def test_lab_agrees_with_opencv() -> None:
    expected = cv2.cvtColor(RGB, cv2.COLOR_RGB2LAB) / 100 + (0, 0.5, 0.5)
    assert np.abs(changed("lab") - expected).max() < 0.01


def test_grey_agrees_with_opencv() -> None:
    assert np.allclose(changed("grey")[..., 0], cv2.cvtColor(RGB, cv2.COLOR_RGB2GRAY), atol=1e-3)


def test_grey_has_no_chroma_in_opponent_colours() -> None:
    grey = torch.full((1, 3, 2, 2), 0.3)
    planes = Colour("opponent", 2.0)(grey)
    assert torch.allclose(planes[:, 0], torch.tensor(0.3), atol=1e-6)
    assert torch.allclose(planes[:, 1:], torch.tensor(0.5), atol=1e-6)


@pytest.mark.parametrize("space", ["rgb", "lab", "opponent"])
@pytest.mark.parametrize("weight", [1.0, 3.0])
def test_every_space_with_colour_leads_back_to_rgb(space: Space, weight: float) -> None:
    colour = Colour(space, weight)
    assert torch.allclose(colour.restore(colour(PLANES)), PLANES, atol=2e-4)


def test_black_and_white_stay_finite_in_lab() -> None:
    for level in (0.0, 1.0):
        planes = Colour("lab", 1.0)(torch.full((1, 3, 2, 2), level))
        assert torch.isfinite(planes).all()
        assert torch.allclose(planes[0, :, 0, 0], torch.tensor([level, 0.5, 0.5]), atol=1e-3)

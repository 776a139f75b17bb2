import math

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from training.models.colour import LUMA
from training.models.texture import EDGES, LINES, PLANES, SCALES, STRIDE, Texture, enlarged


def stripes(degrees: float, wave: float = 6.0) -> torch.Tensor:
    """RGB [1, 3, 64, 64] of stripes along a direction, in 0..1."""
    y, x = np.mgrid[:64, :64]
    across = y * np.cos(np.radians(degrees)) - x * np.sin(np.radians(degrees))
    grey = 0.5 + 0.4 * np.sin(across * 2 * np.pi / wave)
    return torch.from_numpy(grey.astype(np.float32)).expand(1, 3, -1, -1)


def textured(rgb: torch.Tensor) -> torch.Tensor:
    """Colour and texture of RGB [N, 3, h, w]."""
    planes: torch.Tensor = Texture(*rgb.shape[2:])(rgb, rgb)
    return planes


def derivative(sigma: float, degrees: float) -> NDArray[np.float64]:
    """The second derivative of a Gaussian along a direction, its absolute values adding up to 1."""
    reach = math.ceil(3 * sigma)
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    bell = np.exp(-(x**2 + y**2) / (2 * sigma**2))
    along = x * np.cos(np.radians(degrees)) + y * np.sin(np.radians(degrees))
    bend = (along**2 / sigma**4 - 1 / sigma**2) * bell
    kernel: NDArray[np.float64] = bend / np.abs(bend).sum()
    return kernel


def test_planes_are_a_quarter_of_the_size() -> None:
    rgb = stripes(0)
    assert textured(rgb).shape == (1, 3 + PLANES, 64 // STRIDE, 64 // STRIDE)


@pytest.mark.parametrize("degrees", LINES)
def test_a_line_is_strongest_across_its_own_direction(degrees: int) -> None:
    rgb = stripes(degrees)
    energies = textured(rgb)[0, 3 : 3 + len(LINES)].mean(dim=(1, 2))
    assert LINES[int(energies.argmax())] % 180 == (degrees + 90) % 180


@pytest.mark.parametrize("place", range(len(SCALES) * len(LINES)))
def test_products_of_filters_down_and_across_see_what_derivatives_along_a_direction_do(place: int) -> None:
    scale, line = divmod(place, len(LINES))
    rgb = torch.rand(1, 3, 40, 56, generator=torch.Generator().manual_seed(1))
    grey = np.tensordot(LUMA, rgb[0].numpy(), 1)
    grey -= grey.mean()  # a derivative cut off leaves a trace of an even surface, ours does not
    energy = np.abs(cv2.filter2D(grey, -1, derivative(SCALES[scale], LINES[line]), borderType=cv2.BORDER_REFLECT_101))
    window = cv2.getGaussianKernel(17, 2.4)
    expected = cv2.sepFilter2D(energy, -1, window, window, borderType=cv2.BORDER_REFLECT_101)[::STRIDE, ::STRIDE]
    plane = textured(rgb)[0, 3 + scale * (len(LINES) + len(EDGES)) + line].numpy() ** 2
    assert np.abs(plane - expected).max() < 0.03 * expected.max()


def test_a_shifted_texture_is_the_same_texture() -> None:
    rgb = stripes(0)
    moved = rgb.roll(3, dims=2)
    here, there = (textured(picture)[:, 3:, 4:-4, 4:-4].mean(dim=(2, 3)) for picture in (rgb, moved))
    assert torch.allclose(here, there, rtol=0.05)


def test_an_even_surface_has_no_texture() -> None:
    rgb = torch.full((1, 3, 32, 32), 0.7)
    planes = textured(rgb)
    assert torch.allclose(planes[:, :3], torch.tensor(0.7), atol=1e-5)
    assert float(planes[:, 3:].max()) < 0.02


def test_enlarged_planes_keep_their_mean() -> None:
    planes = torch.rand(2, 3, 4, 5)
    assert enlarged(planes).shape == (2, 3, 16, 20)
    assert torch.allclose(enlarged(planes).mean(), planes.mean())

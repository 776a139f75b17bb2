import numpy as np
import pytest
import torch

from training.models.texture import LINES, PLANES, STRIDE, Texture, enlarged


def stripes(degrees: float, wave: float = 6.0) -> torch.Tensor:
    """RGB [1, 3, 64, 64] of stripes along a direction, in 0..1."""
    y, x = np.mgrid[:64, :64]
    across = y * np.cos(np.radians(degrees)) - x * np.sin(np.radians(degrees))
    grey = 0.5 + 0.4 * np.sin(across * 2 * np.pi / wave)
    return torch.from_numpy(grey.astype(np.float32)).expand(1, 3, -1, -1)


def test_planes_are_a_quarter_of_the_size() -> None:
    rgb = stripes(0)
    assert Texture()(rgb, rgb).shape == (1, 3 + PLANES, 64 // STRIDE, 64 // STRIDE)


@pytest.mark.parametrize("degrees", LINES)
def test_a_line_is_strongest_across_its_own_direction(degrees: int) -> None:
    rgb = stripes(degrees)
    energies = Texture()(rgb, rgb)[0, 3 : 3 + len(LINES)].mean(dim=(1, 2))
    assert LINES[int(energies.argmax())] % 180 == (degrees + 90) % 180


def test_a_shifted_texture_is_the_same_texture() -> None:
    rgb = stripes(0)
    moved = rgb.roll(3, dims=2)
    here, there = (Texture()(picture, picture)[:, 3:, 4:-4, 4:-4].mean(dim=(2, 3)) for picture in (rgb, moved))
    assert torch.allclose(here, there, rtol=0.05)


def test_an_even_surface_has_no_texture() -> None:
    rgb = torch.full((1, 3, 32, 32), 0.7)
    planes = Texture()(rgb, rgb)
    assert torch.allclose(planes[:, :3], torch.tensor(0.7), atol=1e-5)
    assert float(planes[:, 3:].max()) < 0.02


def test_enlarged_planes_keep_their_mean() -> None:
    planes = torch.rand(2, 3, 4, 5)
    assert enlarged(planes).shape == (2, 3, 16, 20)
    assert torch.allclose(enlarged(planes).mean(), planes.mean())

"""Texture as planes: how strong lines and edges of each direction and width are around a place."""

import math

import torch
from torch import Tensor, nn

from training.models.colour import LUMA

STRIDE = 4
POOLING = 2.4
SCALES = (1.0, 2.0)
LINES = (0, 45, 90, 135)
EDGES = (0, 90)
PLANES = len(SCALES) * (len(LINES) + len(EDGES))
REACH = 3
SMALLEST = 1e-4


class Texture(nn.Module):
    """Colour planes and RGB, [N, C, h, w] and [N, 3, h, w], to [N, C + 12, h / 4, w / 4].

    A texture cannot be restored pixel by pixel, as no two pictures of it are alike; but how strong its lines and edges
    are is much the same everywhere. Each is the response to a derivative of a Gaussian (Freeman and Adelson 1991),
    without its sign, averaged by a wider Gaussian; the colour is averaged alike. The root makes spreads alike.
    """

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("luma", torch.tensor(LUMA)[:, None, None])
        self.banks = nn.ParameterList(nn.Parameter(_bank(scale), requires_grad=False) for scale in SCALES)
        window = _gaussian(POOLING)
        self.register_buffer("window", (window[:, None] * window / window.sum() ** 2)[None, None])

    luma: Tensor
    window: Tensor

    def forward(self, planes: Tensor, rgb: Tensor) -> Tensor:
        """Filter, fold, average."""
        grey = (rgb * self.luma).sum(dim=1, keepdim=True)
        energies = torch.cat([_filtered(grey, bank).abs() for bank in self.banks], dim=1)
        return torch.cat([self._averaged(planes), (self._averaged(energies) + SMALLEST).sqrt()], dim=1)

    def _averaged(self, planes: Tensor) -> Tensor:
        count = planes.shape[1]
        return _filtered(planes, self.window.expand(count, -1, -1, -1), STRIDE, count)


def enlarged(planes: Tensor) -> Tensor:
    """Bring planes [N, C, h, w] back to the pixels that they average, [N, C, 4 h, 4 w]."""
    return planes.repeat_interleave(STRIDE, dim=2).repeat_interleave(STRIDE, dim=3)


def _filtered(planes: Tensor, kernels: Tensor, stride: int = 1, groups: int = 1) -> Tensor:
    reach = kernels.shape[-1] // 2
    padded = nn.functional.pad(planes, (reach,) * 4, mode="reflect")
    return nn.functional.conv2d(padded, kernels, stride=stride, groups=groups)


def _gaussian(sigma: float) -> Tensor:
    reach = math.ceil(REACH * sigma)
    return torch.exp(-(torch.arange(-reach, reach + 1) ** 2) / (2 * sigma**2))


def _bank(sigma: float) -> Tensor:
    """Second derivatives of a Gaussian along four directions and first ones along two: [6, 1, k, k]."""
    bell = _gaussian(sigma)
    at = torch.arange(len(bell)) - len(bell) // 2
    slope, bend = -at / sigma**2 * bell, (at**2 / sigma**4 - 1 / sigma**2) * bell
    bend = bend - bell * bend.sum() / bell.sum()
    kernels = []
    for degrees in LINES:
        c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        mixed = torch.outer(slope, slope)
        kernels.append(c * c * torch.outer(bell, bend) + s * s * torch.outer(bend, bell) + 2 * c * s * mixed)
    kernels += [torch.outer(bell, slope), torch.outer(slope, bell)]
    return torch.stack([kernel / kernel.abs().sum() for kernel in kernels])[:, None]

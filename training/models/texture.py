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
LANES = 16
"""Filters that onnxruntime computes at once; those that nothing is taken from are zero."""


class Texture(nn.Module):
    """Colour planes and RGB, [N, C, h, w] and [N, 3, h, w], to [N, C + 12, h / 4, w / 4].

    A texture cannot be restored pixel by pixel, as no two pictures of it are alike; but how strong its lines and edges
    are is much the same everywhere. Each is the response to a derivative of a Gaussian (Freeman and Adelson 1991),
    without its sign, averaged by a wider Gaussian; the colour is averaged alike. The root makes spreads alike.

    Derivatives of all directions are sums of five that are products of one filter down and one across, so that a place
    takes a few dozen multiplications instead of a thousand. Averages are two multiplications by banded matrices.
    """

    luma: Tensor
    down: Tensor
    across: Tensor
    mix: Tensor
    rows: Tensor
    columns: Tensor

    def __init__(self, height: int, width: int) -> None:
        super().__init__()
        down, across, mix = _filters()
        self.reach = down.shape[1] // 2
        self.register_buffer("luma", torch.tensor(LUMA)[None, :, None, None])
        self.register_buffer("down", down[:, None, :, None])
        self.register_buffer("across", across[:, None, None, :])
        self.register_buffer("mix", mix[:, :, None, None])
        self.register_buffer("rows", _averaging(height))
        self.register_buffer("columns", _averaging(width).T.contiguous())

    def forward(self, planes: Tensor, rgb: Tensor) -> Tensor:
        """Filter, fold, average."""
        grey = nn.functional.conv2d(rgb, self.luma)
        padded = nn.functional.pad(grey, (self.reach,) * 4, mode="reflect")
        products = nn.functional.conv2d(nn.functional.conv2d(padded, self.down), self.across, groups=LANES)
        energies = nn.functional.conv2d(products, self.mix).abs()  # [N, 12, h, w]
        return torch.cat([self._averaged(planes), (self._averaged(energies) + SMALLEST).sqrt()], dim=1)

    def _averaged(self, planes: Tensor) -> Tensor:
        return self.rows @ (planes @ self.columns)


def enlarged(planes: Tensor) -> Tensor:
    """Bring planes [N, C, h, w] back to the pixels that they average, [N, C, 4 h, 4 w]."""
    return planes.repeat_interleave(STRIDE, dim=2).repeat_interleave(STRIDE, dim=3)


def _gaussian(sigma: float) -> Tensor:
    reach = math.ceil(REACH * sigma)
    return torch.exp(-(torch.arange(-reach, reach + 1) ** 2) / (2 * sigma**2))


def _averaging(size: int) -> Tensor:
    """What averages an axis with mirrored ends and keeps every fourth place: [size / 4, size]."""
    window = _gaussian(POOLING)
    reach = len(window) // 2
    padded = nn.functional.pad(torch.eye(size)[:, None], (reach, reach), mode="reflect")
    return nn.functional.conv1d(padded, (window / window.sum())[None, None], stride=STRIDE)[:, 0].T.contiguous()


def _filters() -> tuple[Tensor, Tensor, Tensor]:
    """Filters down and across, both [16, k], and how much of their products each plane takes, [12, 16]."""
    pairs = [pair for scale in SCALES for pair in _derivatives(scale)]
    down, across = (torch.stack(side) for side in zip(*pairs, strict=True))
    mix = torch.kron(torch.eye(len(SCALES)), _directions())  # [12, 10]
    kernels = torch.einsum("pf,fy,fx->pyx", mix, down, across)
    mix = mix / kernels.abs().sum(dim=(1, 2))[:, None]
    unused = LANES - len(down)
    down, across = (nn.functional.pad(side, (0, 0, 0, unused)) for side in (down, across))
    return down, across, nn.functional.pad(mix, (0, unused))


def _derivatives(sigma: float) -> list[tuple[Tensor, Tensor]]:
    """Filters down and across of a Gaussian's second derivatives xx, yy, xy and its first ones x, y."""
    bell = _gaussian(sigma)
    at = torch.arange(len(bell)) - len(bell) // 2
    slope, bend = -at / sigma**2 * bell, (at**2 / sigma**4 - 1 / sigma**2) * bell
    bend = bend - bell * bend.sum() / bell.sum()
    beyond = math.ceil(REACH * max(SCALES)) - len(bell) // 2
    bell, slope, bend = (nn.functional.pad(profile, (beyond, beyond)) for profile in (bell, slope, bend))
    return [(bell, bend), (bend, bell), (slope, slope), (bell, slope), (slope, bell)]


def _directions() -> Tensor:
    """What of those five makes the second derivatives along four directions and the first along two: [6, 5]."""
    mix = torch.zeros(len(LINES) + len(EDGES), 5)
    for row, degrees in enumerate(LINES):
        c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        mix[row, :3] = torch.tensor([c * c, s * s, 2 * c * s])
    mix[len(LINES) :, 3:] = torch.eye(len(EDGES))
    return mix

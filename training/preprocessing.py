"""From the graph's pixels to what the network sees; all of it lives in the exported graph."""

import math

import torch
from torch import Tensor, nn

from service.contract.manifest import InputSpec
from training.config import Representation

PIXEL_MAX = 255.0


class Preprocessing(nn.Module):
    """uint8 [N, H, W, 3] to float32 [N, C, h, w].

    Scaling to 0..1, crop and separable blur are linear in rows and in columns, so each axis is one small matrix:
    two multiplications do what six operators would.
    """

    rows: Tensor
    columns: Tensor

    def __init__(self, spec: InputSpec, representation: Representation) -> None:
        super().__init__()
        height, width = representation.crop or (spec.height, spec.width)
        blur = (representation.blur_kernel, representation.blur_sigma)
        self.register_buffer("rows", _axis(spec.height, height, *blur) / PIXEL_MAX)
        self.register_buffer("columns", _axis(spec.width, width, *blur).T.contiguous())
        self.shape = (3, height, width)

    def forward(self, pixels: Tensor) -> Tensor:
        """Scale, crop and blur."""
        planes = pixels.to(torch.float32).permute(0, 3, 1, 2)  # [N, 3, H, W]
        return self.rows @ (planes @ self.columns)  # [N, 3, h, w]


def _axis(size: int, kept: int, kernel: int, sigma: float) -> Tensor:
    """Centre crop, then Gaussian blur with mirrored ends, along one axis: float32 [kept, size]."""
    start = (size - kept) // 2
    crop = torch.eye(size, dtype=torch.float64)[start : start + kept]
    return (_blur(kept, kernel, sigma) @ crop).to(torch.float32)


def _blur(size: int, kernel: int, sigma: float) -> Tensor:
    """Gaussian blur of one axis as a matrix; beyond the ends the axis is mirrored: float64 [size, size]."""
    reach = kernel // 2
    taps = [math.exp(-((offset / sigma) ** 2) / 2) for offset in range(-reach, reach + 1)]
    matrix = torch.zeros(size, size, dtype=torch.float64)
    for row in range(size):
        for tap, offset in zip(taps, range(-reach, reach + 1), strict=True):
            matrix[row, _mirrored(row + offset, size)] += tap / sum(taps)
    return matrix


def _mirrored(index: int, size: int) -> int:
    period = max(1, 2 * (size - 1))
    index %= period
    return min(index, period - index)

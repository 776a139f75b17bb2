"""How much detail a picture shows."""

import torch
from torch import Tensor, nn

BLOCK = 4


def halves() -> Tensor:
    """Kernels [2, 1, 4, 4]: the mean of a block's right half less that of its left, and of its lower less its upper."""
    sign = torch.tensor([-1.0, -1.0, 1.0, 1.0])
    across, down = sign.expand(BLOCK, BLOCK), sign[:, None].expand(BLOCK, BLOCK)
    return torch.stack([across, down])[:, None] / (BLOCK**2 / 2)


def detail_of(grey: Tensor) -> Tensor:
    """By how much the halves of blocks of 4 x 4 px differ, on average: of pictures [N, 1, h, w], [N]."""
    return nn.functional.conv2d(grey, halves(), stride=BLOCK).abs().mean(dim=(1, 2, 3))

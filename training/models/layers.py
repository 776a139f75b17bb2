"""Building blocks that several networks share."""

from collections.abc import Sequence
from itertools import pairwise

from torch import nn

from training.models.base import Shape


def dense(widths: Sequence[int]) -> list[nn.Module]:
    """Linear layers through the widths, ReLU after each but the last."""
    layers: list[nn.Module] = []
    for before, after in pairwise(widths):
        layers += [nn.Linear(before, after), nn.ReLU()]
    return layers[:-1]


def size_of(shape: Shape) -> int:
    """Numbers in one input."""
    channels, height, width = shape
    return channels * height * width


def reduced(shape: Shape, divisor: int, channels: int) -> Shape:
    """The shape where both sides are so many times smaller; a recipe is refused where they do not divide."""
    _, height, width = shape
    return channels, height // divisor, width // divisor


def halvings(channels: Sequence[int], *, batch_norm: bool) -> list[nn.Module]:
    """Convolutions 3 x 3 with stride 2 through the channels, each with ReLU and perhaps batch normalisation."""
    layers: list[nn.Module] = []
    for before, after in pairwise(channels):
        layers += [nn.Conv2d(before, after, 3, stride=2, padding=1), nn.ReLU()]
        layers += [nn.BatchNorm2d(after)] if batch_norm else []
    return layers


def doublings(channels: Sequence[int], *, batch_norm: bool, kernel: int = 3) -> list[nn.Module]:
    """Transposed convolutions with stride 2 through the channels; nothing follows the last of them."""
    layers: list[nn.Module] = []
    padding = {2: (0, 0), 3: (1, 1), 4: (1, 0)}[kernel]  # at the input and at the output, to double exactly
    for before, after in pairwise(channels):
        layers += [nn.ConvTranspose2d(before, after, kernel, 2, *padding), nn.ReLU()]
        layers += [nn.BatchNorm2d(after)] if batch_norm else []
    return layers[: -2 if batch_norm else -1]


def enlargement(before: int, after: int, *, doublings: int, kernel: tuple[int, int] = (3, 3)) -> list[nn.Module]:
    """Sub-pixel convolution (Shi et al. 2016): the channels of one convolution become the pixels of each block."""
    times, padding = 2**doublings, (kernel[0] // 2, kernel[1] // 2)
    return [nn.Conv2d(before, after * times * times, kernel, padding=padding), nn.PixelShuffle(times)]


def output(kind: str) -> nn.Module:
    """The last activation: ``sigmoid`` for planes in 0..1, ``linear`` for any others."""
    return nn.Sigmoid() if kind == "sigmoid" else nn.Identity()

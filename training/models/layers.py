"""Building blocks that several networks share."""

from collections.abc import Sequence
from itertools import pairwise

from torch import nn

from service.contract.errors import RecipeError
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


def halved(shape: Shape, times: int, channels: int, network: str) -> Shape:
    """The shape after so many halvings.

    Raises:
        RecipeError: a side does not divide.
    """
    _, height, width = shape
    if height % 2**times or width % 2**times:
        raise RecipeError(f"{network} needs sides divisible by {2**times}, not {height} x {width}: change the crop")
    return channels, height // 2**times, width // 2**times


def patched(shape: Shape, side: int, network: str) -> tuple[int, int]:
    """Rows and columns of square patches that cover the shape.

    Raises:
        RecipeError: a side does not divide.
    """
    _, height, width = shape
    if height % side or width % side:
        raise RecipeError(f"{network} needs sides divisible by {side}, not {height} x {width}: change the input")
    return height // side, width // side


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


def enlargement(before: int, after: int, *, doublings: int) -> list[nn.Module]:
    """Sub-pixel convolution (Shi et al. 2016): the channels of one convolution become the pixels of each block."""
    times = 2**doublings
    return [nn.Conv2d(before, after * times * times, 3, padding=1), nn.PixelShuffle(times)]


def output(kind: str) -> nn.Module:
    """The last activation: ``sigmoid`` for planes in 0..1, ``linear`` for any others."""
    return nn.Sigmoid() if kind == "sigmoid" else nn.Identity()

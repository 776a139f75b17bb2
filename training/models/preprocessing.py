"""From the graph's pixels to what the network sees; all of it lives in the exported graph."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from service.contract.manifest import InputSpec
from training.models.colour import Colour
from training.models.texture import PLANES, STRIDE, Texture, enlarged
from training.recipe.parts import Representation

PIXEL_MAX = 255.0
SMALL_PIXELS = 64 * 64
PIECE_PIXELS = 32 * 128 * 128
"""Pixels on their way at once, where pictures are large: texture makes dozens of numbers of each."""

DARKEST = 1 / PIXEL_MAX
MEAN_LIGHT = 0.5
SMALLEST_SPREAD = 1e-3


class Preprocessing(nn.Module):
    """uint8 [N, H, W, 3] to float32 [N, C, h, w].

    Scaling to 0..1, crop and separable blur are linear in rows and in columns, so each axis is one small matrix:
    two multiplications do what six operators would. Without blur the crop is a slice, which costs less still.
    ``learn`` must see the good wells where the representation standardises.
    """

    rows: Tensor
    columns: Tensor
    mean: Tensor
    spread: Tensor

    def __init__(self, spec: InputSpec, representation: Representation) -> None:
        super().__init__()
        height, width = representation.crop or (spec.height, spec.width)
        blur = (representation.blur_kernel, representation.blur_sigma)
        self.register_buffer("rows", _axis(spec.height, height, *blur) / PIXEL_MAX)
        self.register_buffer("columns", _axis(spec.width, width, *blur).T.contiguous())
        self.crop = None if representation.blur_kernel > 1 else _centre(spec, height, width)
        self.light = representation.light
        self.colour = Colour(representation.colour, representation.chroma_weight)
        self.texture = Texture(height, width) if representation.texture else None
        self.stride = STRIDE if self.texture else 1
        channels = self.colour.channels + (PLANES if self.texture else 0)
        self.shape = (channels, height // self.stride, width // self.stride)
        self.standardise = representation.standardise
        self.register_buffer("mean", torch.zeros(self.shape))
        self.register_buffer("spread", torch.ones(self.shape[0], 1, 1))

    @property
    def only_scales(self) -> bool:
        """Whether every plane is a channel of the crop, and nothing but mean and spread change its numbers."""
        plain = self.crop is not None and self.light == "none" and self.texture is None
        return plain and self.colour.space == "rgb"

    def learn(self, pixels: Tensor) -> None:
        """Take mean picture and spread of each channel from good wells, uint8 [N, H, W, 3]; chroma keeps its weight."""
        if self.standardise:
            planes = torch.cat([self._represented(piece) for piece in pieces_of(pixels)])
            self.mean.copy_(planes.mean(dim=0))
            spread = planes.std(dim=(0, 2, 3)).clamp_min(SMALLEST_SPREAD)[:, None, None]
            spread[: self.colour.channels] /= self.colour.weights  # else the division would take the weights out again
            self.spread.copy_(spread)

    def forward(self, pixels: Tensor) -> Tensor:
        """Scale, crop, blur, even out the light, change the colours, find the texture, standardise."""
        planes = self._represented(pixels)
        return (planes - self.mean) / self.spread if self.standardise else planes

    def in_pieces(self, pixels: Tensor) -> Tensor:
        """The same as a call, for any number of pictures: of large ones only some are on their way at once."""
        return torch.cat([self(piece) for piece in pieces_of(pixels)])

    def restore(self, planes: Tensor, pixels: Tensor) -> Tensor:
        """Bring planes [N, C, h, w] back to RGB in 0..1, in the light of the pictures they were made from."""
        colours = (planes * self.spread + self.mean)[:, : self.colour.channels]
        rgb = self.colour.restore(enlarged(colours) if self.texture else colours)
        return (rgb * self._light(self._planes(pixels))).clamp(0, 1)

    def grey(self, planes: Tensor) -> Tensor:
        """Bring planes [N, 3, h, w] of red, green and blue back to what they are on average, [N, 1, h, w] in 0..1."""
        return (planes * self.spread + self.mean).mean(dim=1, keepdim=True)

    def _represented(self, pixels: Tensor) -> Tensor:
        rgb = self._evenly_lit(self._planes(pixels))
        planes: Tensor = self.colour(rgb)
        return planes if self.texture is None else self.texture(planes, rgb)

    def _planes(self, pixels: Tensor) -> Tensor:
        if self.crop is not None:
            return pixels[:, *self.crop].to(torch.float32).permute(0, 3, 1, 2) / PIXEL_MAX  # [N, 3, h, w]
        planes = pixels.to(torch.float32).permute(0, 3, 1, 2)  # [N, 3, H, W]
        return self.rows @ (planes @ self.columns)  # [N, 3, h, w]

    def _evenly_lit(self, planes: Tensor) -> Tensor:
        return planes if self.light == "none" else planes / self._light(planes)

    def _light(self, planes: Tensor) -> Tensor:
        """What each picture's light is, as a multiple of the usual one: [N, 1 or 3, 1, 1]."""
        if self.light == "none":
            return torch.ones(())
        over = (1, 2, 3) if self.light == "picture" else (2, 3)
        return planes.mean(dim=over, keepdim=True).clamp_min(DARKEST) / MEAN_LIGHT


def pieces_of(pixels: Tensor, most: int | None = None) -> Sequence[Tensor]:
    """Cut uint8 [N, H, W, 3] into pieces, of large pictures into small ones; ``most`` pictures at most."""
    count, height, width, _ = pixels.shape
    bound = count if height * width <= SMALL_PIXELS else max(1, PIECE_PIXELS // (height * width))
    return torch.split(pixels, max(1, min(bound, most or count)))


def _centre(spec: InputSpec, height: int, width: int) -> tuple[slice, slice]:
    top, left = (spec.height - height) // 2, (spec.width - width) // 2
    return slice(top, top + height), slice(left, left + width)


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

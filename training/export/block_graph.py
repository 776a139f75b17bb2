"""The scoring graph as it is exported: the same scores, arranged so that onnxruntime has less to do."""

import torch
from torch import Tensor, nn

from training.models.conv_fc import ConvFcAutoencoder
from training.models.detail import BLOCK, halves
from training.models.preprocessing import PIXEL_MAX
from training.models.scoring import ScoringGraph


class BlockGraph(nn.Module):
    """uint8 [N, H, W, 3] to score float32 [N], for a network that ends in a pixel shuffle; no pixel is moved for it.

    A picture stays as it came: one plane, three numbers a pixel. A convolution with kernel, stride and padding three
    times as wide reads it as if its channels lay apart. What the shuffle would spread is compared where it is: a
    convolution of ones and zeros takes the picture apart into the same blocks, and onnxruntime adds the two up as it
    computes them. Scaling is part of the weights of both convolutions, and the mean error is a third one, unless the
    recipe takes another power mean. The detail of the restored picture is one more, within the blocks.
    """

    middle: Tensor
    first: Tensor
    bias: Tensor | None
    blocks: Tensor
    weight: Tensor
    together: Tensor | None
    halves: Tensor | None
    still: Tensor | None

    def __init__(self, graph: ScoringGraph, first: nn.Conv2d, hidden: nn.Module, last: nn.Module, block: int) -> None:
        super().__init__()
        channels, height, width = graph.preprocessing.shape
        scale = 1 / (PIXEL_MAX * graph.preprocessing.spread)  # [C, 1, 1]
        apart = torch.eye(channels * block**2).reshape(-1, channels, block, block)
        weight = nn.functional.pixel_unshuffle(graph.measure.weight, block) / (channels * height * width)
        together = None
        if graph.measure.rule.power > 1:  # then the channels of a place are added up before the power is taken
            together = torch.eye(block**2).repeat(1, channels)[:, :, None, None] / channels
            weight = nn.functional.pixel_unshuffle(graph.measure.weight[:1] ** 2, block) / (height * width)
        self.crop = graph.preprocessing.crop
        self.plane = (1, height, width * channels)
        self.stride, self.padding = (_widened(size, channels) for size in (first.stride[0], first.kernel_size[0] // 2))
        self.block = _widened(block, channels)
        self.hidden, self.last = hidden, last
        self.register_buffer("middle", (PIXEL_MAX * graph.preprocessing.mean).permute(1, 2, 0).contiguous())
        self.register_buffer("first", _flat(first.weight.detach() * scale))
        self.register_buffer("bias", first.bias)
        self.register_buffer("blocks", _flat(-apart * scale))
        self.register_buffer("weight", weight[:, None])  # [C b b, 1, h / b, w / b], or [b b, ...] of places
        self.register_buffer("together", together)
        self._keep_detail(graph)

    def _keep_detail(self, graph: ScoringGraph) -> None:
        """The halves of blocks as weights of what is restored, and what the mean picture adds; usual detail is 1."""
        mean, spread, usual = graph.preprocessing.mean, graph.preprocessing.spread, graph.measure.usual
        weight = still = None
        if graph.measure.rule.relative:
            parts = halves() / usual  # [2, 1, b, b]
            still = nn.functional.conv2d(mean.mean(dim=0)[None, None], parts, stride=BLOCK)  # [1, 2, h / b, w / b]
            weight = (parts * spread / len(spread)).reshape(len(parts), -1, 1, 1)  # [2, C b b, 1, 1]
        self.register_buffer("halves", weight)
        self.register_buffer("still", still)

    def forward(self, pixels: Tensor) -> Tensor:
        """Score."""
        centred = pixels[:, *(self.crop or ())].to(torch.float32) - self.middle
        plane = centred.reshape(-1, *self.plane)  # [N, 1, h, w C]
        features = nn.functional.conv2d(plane, self.first, self.bias, self.stride, self.padding)
        restored = self.last(self.hidden(features))  # [N, C b b, h / b, w / b]
        difference = restored + nn.functional.conv2d(plane, self.blocks, stride=self.block)
        error = self._error(difference * difference)
        if self.halves is None or self.still is None:
            return error
        return error / (nn.functional.conv2d(restored, self.halves) + self.still).abs().mean(dim=(1, 2, 3))

    def _error(self, squares: Tensor) -> Tensor:
        if self.together is None:
            return nn.functional.conv2d(squares, self.weight, groups=len(self.weight)).sum(dim=(1, 2, 3))
        places = nn.functional.conv2d(squares, self.together)  # [N, b b, h / b, w / b]
        mean = nn.functional.conv2d(places * places, self.weight, groups=len(self.weight)).sum(dim=(1, 2, 3))
        return mean.sqrt()


def arranged(graph: ScoringGraph) -> nn.Module:
    """Arrange a graph for onnxruntime; one for which no cheaper form is known comes back as it is."""
    if isinstance(graph.model, ConvFcAutoencoder) and graph.preprocessing.only_scales and graph.measure.counts_all:
        match [*graph.model.encoder], [*graph.model.decoder]:
            case [nn.Conv2d() as first, *down], [*up, nn.Conv2d() as last, nn.PixelShuffle() as shuffle, nn.Identity()]:
                if shuffle.upscale_factor == BLOCK or not graph.measure.rule.relative:
                    return BlockGraph(graph, first, nn.Sequential(*down, *up), last, shuffle.upscale_factor)
    return graph


def _flat(kernels: Tensor) -> Tensor:
    """Kernels [K, C, k, k] for channels that lie side by side in one plane, [K, 1, k, k C]."""
    return kernels.permute(0, 2, 3, 1).flatten(2)[:, None].contiguous()


def _widened(size: int, channels: int) -> tuple[int, int]:
    return size, size * channels

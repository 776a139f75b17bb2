"""From squared errors to the score."""

import torch
from torch import Tensor, nn

from training.models.base import Shape
from training.specs import ErrorRule

FLOOR = 0.2


class ErrorMeasure(nn.Module):
    """Squared errors [N, C, h, w] to their mean: all of them or the largest, weighted or alike.

    The weights average 1, so that scores of different rules are of one size. Error above a floor is still a mean of
    squares: of those parts of the picture that are restored worse than a good well is.
    """

    weight: Tensor
    floor: Tensor

    def __init__(self, rule: ErrorRule, shape: Shape) -> None:
        super().__init__()
        self.rule = rule
        self.kept = max(1, round(rule.keep * shape[1] * shape[2]))
        self.register_buffer("weight", _centred(shape) if rule.weight == "centre" else torch.ones(shape))
        self.register_buffer("floor", torch.zeros(()))

    @property
    def counts_all(self) -> bool:
        """Whether the score is a weighted mean of all squares, and no more than that."""
        return self.rule.keep == 1 and not self.rule.floor

    def learn(self, inputs: Tensor, squares: Tensor) -> None:
        """Take weights and floor from good wells: inputs and squared errors, both [N, C, h, w]."""
        if self.rule.weight in {"spread", "error"}:
            scale = inputs.var(dim=0) if self.rule.weight == "spread" else squares.mean(dim=0)
            weight = 1 / (scale + FLOOR * scale.mean()).clamp_min(torch.finfo(scale.dtype).tiny)
            self.weight.copy_(weight / weight.mean())
        self.floor.fill_(0)
        self.floor.copy_(self.rule.floor * self.map(squares).mean())

    def map(self, squares: Tensor) -> Tensor:
        """What each place counts, [N, h, w]."""
        weighted = (squares if self.rule.weight == "none" else squares * self.weight).mean(dim=1)
        return (weighted - self.floor).clamp_min(0) if self.rule.floor else weighted

    def forward(self, squares: Tensor) -> Tensor:
        """Score, [N]."""
        places = self.map(squares)
        if self.rule.keep == 1:
            return places.mean(dim=(1, 2))
        return places.flatten(1).topk(self.kept, dim=1, sorted=False).values.mean(dim=1)


def _centred(shape: Shape) -> Tensor:
    """A bell over the middle, 0.61 at the middle of each edge and 0.37 in the corners."""
    _, height, width = shape
    down, across = torch.linspace(-1, 1, height)[:, None], torch.linspace(-1, 1, width)[None]
    bell = torch.exp(-(down**2 + across**2) / 2).expand(shape)
    return bell / bell.mean()

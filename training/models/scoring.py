"""The whole graph from pixels to anomaly score, as it is trained, compared and exported."""

import torch
from torch import Tensor, nn

from service.contract.picture import Pixels
from service.contract.scorer import Scores
from training.models import build
from training.models.base import Reconstruction, Shape
from training.models.detail import detail_of
from training.models.preprocessing import Preprocessing, pieces_of
from training.models.texture import enlarged
from training.recipe.parts import ErrorRule
from training.recipe.recipe import Recipe

SCORING_BATCH = 512


class ScoringGraph(nn.Module):
    """uint8 [N, H, W, 3] to score float32 [N]: the mean squared error in the model's own space."""

    def __init__(self, recipe: Recipe) -> None:
        super().__init__()
        self.spec = recipe.input
        self.preprocessing = Preprocessing(recipe.input, recipe.representation)
        self.model = build(recipe.model, self.preprocessing.shape)
        self.measure = ErrorMeasure(recipe.error, self.preprocessing.shape)

    def forward(self, pixels: Tensor) -> Tensor:
        """Score."""
        squares, output = self.squares(self.preprocessing(pixels))
        return self.measure(squares, self.detail(output))  # type: ignore[no-any-return]  # a module's call is not typed

    def squares(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        """Squared error and reconstruction, both [N, C, h, w] in the model's space."""
        reconstruction: Reconstruction = self.model(inputs)
        difference = inputs - reconstruction.output
        return difference * difference, reconstruction.output

    def detail(self, output: Tensor) -> Tensor | None:
        """How much detail restored planes [N, C, h, w] show, [N]; None where the score does not depend on it."""
        return detail_of(self.preprocessing.grey(output)) if self.measure.rule.relative else None


class ExplainGraph(nn.Module):
    """uint8 [N, H, W, 3] to what a heatmap needs, laid over the whole of the pixels.

    ``reconstruction`` is float32 [N, H, W, 3], RGB in 0..1, 0 outside the crop. ``error_map`` is float32 [N, H, W], 0
    outside the crop; its mean is the score, unless the recipe keeps the largest errors alone.
    """

    def __init__(self, scoring: ScoringGraph) -> None:
        super().__init__()
        self.scoring = scoring
        spec, stride = scoring.spec, scoring.preprocessing.stride
        height, width = (side * stride for side in scoring.preprocessing.shape[1:])
        above, left = (spec.height - height) // 2, (spec.width - width) // 2
        self.frame = (left, spec.width - width - left, above, spec.height - height - above)
        self.area = spec.height * spec.width / (height * width)

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Reconstruct and compare."""
        squares, output = self.scoring.squares(self.scoring.preprocessing(pixels))
        places = self.scoring.measure.map(squares, self.scoring.detail(output))
        if self.scoring.preprocessing.texture is not None:
            places = enlarged(places[:, None])[:, 0]
        error_map = nn.functional.pad(places * self.area, self.frame)
        rgb = self.scoring.preprocessing.restore(output, pixels)
        return nn.functional.pad(rgb, self.frame).permute(0, 2, 3, 1), error_map


def score(graph: ScoringGraph, pixels: Pixels) -> Scores:
    """Score uint8 [N, H, W, 3] with torch into float32 [N]."""
    graph.eval()
    with torch.inference_mode():
        batches = [graph(batch) for batch in pieces_of(torch.from_numpy(pixels), SCORING_BATCH)]
    return torch.cat(batches).numpy()


FLOOR = 0.2


class ErrorMeasure(nn.Module):
    """Squared errors [N, C, h, w] to their mean: all of them or the largest, weighted or alike.

    With ``power`` 2 that is the root mean square of what the places count, their power mean: a leak is a few large
    errors, a new well many small ones. The weights average 1, so that scores of different rules are of one size. Error
    above a floor is still a mean of squares: of those parts of the picture that are restored worse than a good well is.
    A relative one lies half-way between the squared error and its share of the squared contrast.
    """

    weight: Tensor
    floor: Tensor
    usual: Tensor

    def __init__(self, rule: ErrorRule, shape: Shape) -> None:
        super().__init__()
        self.rule = rule
        self.kept = max(1, round(rule.keep * shape[1] * shape[2]))
        self.register_buffer("weight", _centred(shape, rule.reach) if rule.weight == "centre" else torch.ones(shape))
        self.register_buffer("floor", torch.zeros(()))
        self.register_buffer("usual", torch.ones(()), persistent=rule.relative)

    @property
    def counts_all(self) -> bool:
        """Whether all squares count for the score, and where a power is taken, the channels of a place alike."""
        alike = self.rule.power == 1 or self.rule.weight in {"none", "centre"}
        return self.rule.keep == 1 and not self.rule.floor and alike

    def learn(self, inputs: Tensor, squares: Tensor, detail: Tensor | None = None) -> None:
        """Take weights, floor and detail from good wells: inputs and squared errors, [N, C, h, w], and detail, [N]."""
        if self.rule.weight in {"spread", "error"}:
            scale = inputs.var(dim=0) if self.rule.weight == "spread" else squares.mean(dim=0)
            weight = 1 / (scale + FLOOR * scale.mean()).clamp_min(torch.finfo(scale.dtype).tiny)
            self.weight.copy_(weight / weight.mean())
        if detail is not None:
            self.usual.copy_(detail.mean())
        self.floor.fill_(0)
        self.floor.copy_(self.rule.floor * self.map(squares).mean())

    def map(self, squares: Tensor, detail: Tensor | None = None) -> Tensor:
        """What each place counts, [N, h, w]; ``detail`` [N] is that of the restored pictures."""
        weighted = (squares if self.rule.weight == "none" else squares * self.weight).mean(dim=1)
        places = (weighted - self.floor).clamp_min(0) if self.rule.floor else weighted
        return places if detail is None else places * (self.usual / detail)[:, None, None]

    def forward(self, squares: Tensor, detail: Tensor | None = None) -> Tensor:
        """Score, [N]."""
        places = self.map(squares, detail)
        if self.rule.power > 1:
            return places.square().mean(dim=(1, 2)).sqrt()
        if self.rule.keep == 1:
            return places.mean(dim=(1, 2))
        return places.flatten(1).topk(self.kept, dim=1, sorted=False).values.mean(dim=1)


def _centred(shape: Shape, reach: float) -> Tensor:
    """A bell over the middle; with ``reach`` 1 it is 0.61 at the middle of each edge and 0.37 in the corners."""
    _, height, width = shape
    down, across = torch.linspace(-1, 1, height)[:, None], torch.linspace(-1, 1, width)[None]
    bell = torch.exp(-(down**2 + across**2) / (2 * reach**2)).expand(shape)
    return bell / bell.mean()

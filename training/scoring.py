"""The whole graph from pixels to anomaly score, as it is trained, compared and exported."""

import torch
from torch import Tensor, nn

from service.contract.picture import Pixels
from service.contract.scorer import Scores
from training.config import Recipe
from training.error_measure import ErrorMeasure
from training.models import build
from training.models.base import Reconstruction
from training.preprocessing import Preprocessing
from training.texture import enlarged

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
        inputs = self.preprocessing(pixels)
        return self.measure(self.squares(inputs)[0])  # type: ignore[no-any-return]  # a module's call is not typed

    def squares(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        """Squared error and reconstruction, both [N, C, h, w] in the model's space."""
        reconstruction: Reconstruction = self.model(inputs)
        difference = inputs - reconstruction.output
        return difference * difference, reconstruction.output


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
        places = self.scoring.measure.map(squares)
        if self.scoring.preprocessing.texture is not None:
            places = enlarged(places[:, None])[:, 0]
        error_map = nn.functional.pad(places * self.area, self.frame)
        rgb = self.scoring.preprocessing.restore(output, pixels)
        return nn.functional.pad(rgb, self.frame).permute(0, 2, 3, 1), error_map


def score(graph: ScoringGraph, pixels: Pixels) -> Scores:
    """Score uint8 [N, H, W, 3] with torch into float32 [N]."""
    graph.eval()
    with torch.inference_mode():
        batches = [graph(batch) for batch in torch.split(torch.from_numpy(pixels), SCORING_BATCH)]
    return torch.cat(batches).numpy()

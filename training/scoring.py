"""The whole graph from pixels to anomaly score, as it is trained, compared and exported."""

import torch
from torch import Tensor, nn

from service.contract.picture import Pixels
from service.inference.scorer import Scores
from training.config import Recipe
from training.models import build
from training.models.base import Reconstruction
from training.preprocessing import Preprocessing

SCORING_BATCH = 512


class ScoringGraph(nn.Module):
    """uint8 [N, H, W, 3] to score float32 [N]: the mean squared error in the model's own space."""

    def __init__(self, recipe: Recipe) -> None:
        super().__init__()
        self.spec = recipe.input
        self.preprocessing = Preprocessing(recipe.input, recipe.representation)
        self.model = build(recipe.model, self.preprocessing.shape)

    def forward(self, pixels: Tensor) -> Tensor:
        """Score."""
        return self.errors(pixels)[0].mean(dim=(1, 2, 3))

    def errors(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Squared error and reconstruction, both [N, C, h, w] in the model's space."""
        inputs = self.preprocessing(pixels)
        reconstruction: Reconstruction = self.model(inputs)
        difference = inputs - reconstruction.output
        return difference * difference, reconstruction.output


class ExplainGraph(nn.Module):
    """uint8 [N, H, W, 3] to what a heatmap needs, laid over the whole of the pixels.

    ``reconstruction`` is float32 [N, H, W, 3], RGB in 0..1, 0 outside the crop. ``error_map`` is float32 [N, H, W], 0
    outside the crop; its mean is the score.
    """

    def __init__(self, scoring: ScoringGraph) -> None:
        super().__init__()
        self.scoring = scoring
        spec, (_, height, width) = scoring.spec, scoring.preprocessing.shape
        above, left = (spec.height - height) // 2, (spec.width - width) // 2
        self.frame = (left, spec.width - width - left, above, spec.height - height - above)
        self.area = spec.height * spec.width / (height * width)

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Reconstruct and compare."""
        squares, output = self.scoring.errors(pixels)
        error_map = nn.functional.pad(squares.mean(dim=1) * self.area, self.frame)
        return nn.functional.pad(output, self.frame).permute(0, 2, 3, 1), error_map


def score(graph: ScoringGraph, pixels: Pixels) -> Scores:
    """Score uint8 [N, H, W, 3] with torch into float32 [N]."""
    graph.eval()
    with torch.inference_mode():
        batches = [graph(batch) for batch in torch.split(torch.from_numpy(pixels), SCORING_BATCH)]
    return torch.cat(batches).numpy()

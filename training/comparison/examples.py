"""The worst pictures of a fit, beside their reconstructions and error maps, for the user's own report."""

from collections.abc import Mapping
from typing import Literal

import numpy as np
import torch

from service.contract.picture import Pixels
from training.models.scoring import ExplainGraph, ScoringGraph, score
from training.report.pictures import Example, example

WORST = 4


def worst_pictures(graph: ScoringGraph, classes: Mapping[Literal["good", "leak"], Pixels]) -> tuple[Example, ...]:
    """The good wells with the highest scores and the leaks with the lowest, worst first."""
    return tuple(shown for label, pixels in classes.items() if len(pixels) for shown in _worst(graph, label, pixels))


def _worst(graph: ScoringGraph, label: Literal["good", "leak"], pixels: Pixels) -> list[Example]:
    scores = score(graph, pixels)
    order = np.argsort(scores if label == "leak" else -scores, kind="stable")[:WORST]
    with torch.inference_mode():
        reconstructions, error_maps = ExplainGraph(graph)(torch.from_numpy(pixels[order]))
    return [
        example(
            f"{label} {rank + 1}",
            label,
            float(scores[row]),
            picture=pixels[row],
            reconstruction=reconstructions[rank].numpy(),
            error_map=error_maps[rank].numpy(),
        )
        for rank, row in enumerate(order.tolist())
    ]

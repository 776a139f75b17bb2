"""Fitting one candidate: a plain loop, to be read from top to bottom."""

import time
from dataclasses import dataclass

import torch

from service.contract.errors import FitFailed
from service.contract.picture import Pixels
from training.config import Recipe
from training.losses import loss_of
from training.progress import SILENT, Progress
from training.scoring import ScoringGraph

SMALLEST_BATCH = 2


@dataclass(frozen=True, slots=True)
class Fitted:
    """A trained graph in evaluation mode, its mean loss a picture by epoch, and the time it took."""

    recipe: Recipe
    graph: ScoringGraph
    losses: tuple[float, ...]
    duration_s: float


def fit(recipe: Recipe, pixels: Pixels, threads: int = 1, progress: Progress = SILENT) -> Fitted:
    """Train a recipe on pixels of good wells, uint8 [N, H, W, 3].

    The same recipe, pixels, threads and machine give the same weights to the last bit.

    Raises:
        FitFailed: too few pictures, or the loss is no longer finite.
    """
    if len(pixels) < SMALLEST_BATCH:
        raise FitFailed(f"{recipe.name}: {len(pixels)} pictures cannot train a model: add good pictures")
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(mode=True)
    torch.manual_seed(recipe.seed)
    start = time.monotonic()
    graph = ScoringGraph(recipe)
    with torch.no_grad():
        inputs = graph.preprocessing(torch.from_numpy(pixels))  # [N, C, h, w], made once
    optimiser = _optimiser(recipe, graph)
    graph.train()
    losses = []
    for epoch in progress.track(range(1, recipe.epochs + 1), f"fitting {recipe.name}, seed {recipe.seed}"):
        total = torch.zeros(())
        for batch in torch.split(torch.randperm(len(inputs)), recipe.batch):
            if len(batch) < SMALLEST_BATCH:
                continue  # batch normalisation needs two
            crops = inputs[batch]  # [B, C, h, w]
            loss = loss_of(graph.model(crops), crops, recipe.loss)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
            optimiser.step()
            total += loss.detach() * (len(batch) if recipe.loss.reduction == "mean" else 1)
        losses.append(total.item() / len(inputs))
        if not torch.isfinite(total):
            raise FitFailed(f"{recipe.name}: the loss is {losses[-1]} in epoch {epoch}: lower the learning rate")
    graph.eval()
    return Fitted(recipe, graph, tuple(losses), time.monotonic() - start)


def _optimiser(recipe: Recipe, graph: ScoringGraph) -> torch.optim.Optimizer:
    rule = recipe.optimiser
    kind = torch.optim.AdamW if rule.kind == "adamw" else torch.optim.Adam
    return kind(graph.parameters(), lr=rule.learning_rate, betas=rule.betas, weight_decay=rule.weight_decay)

"""Fitting one candidate: a plain loop, to be read from top to bottom, and the loss that it minimises."""

import math
import time
from dataclasses import dataclass

import torch
from torch import Tensor

from service.contract.errors import FitFailed
from training.dataset.progress import SILENT, Progress
from training.fitting.batches import TrainingBatches
from training.models.base import Latent, Reconstruction
from training.models.byte_weights import round_to_bytes
from training.models.scoring import ScoringGraph
from training.recipe.parts import Augmentation, Loss
from training.recipe.recipe import Recipe

SMALLEST_BATCH = 2
LEARNT_FROM = 2048
WARM_UP_SHARE = 0.15
BYTE = 8
HALF = 0.5


@dataclass(frozen=True, slots=True)
class Fitted:
    """A trained graph in evaluation mode, its mean loss a picture by epoch, and the time it took.

    ``held_out_losses`` are of good wells that were not fitted; empty where none were given.
    """

    recipe: Recipe
    graph: ScoringGraph
    losses: tuple[float, ...]
    held_out_losses: tuple[float, ...]
    duration_s: float


def fit(
    recipe: Recipe,
    batches: TrainingBatches,
    held_out: Tensor | None = None,
    threads: int = 1,
    progress: Progress = SILENT,
) -> Fitted:
    """Train a recipe.

    The same recipe, batches, threads and machine give the same weights to the last bit.

    Args:
        recipe: what to train, and its seed.
        batches: good wells and augmentation.
        held_out: good wells for the training curve, uint8 [N, H, W, 3].
        threads: of PyTorch.
        progress: shows the epochs.

    Raises:
        FitFailed: too few pictures, or the loss is no longer finite.
    """
    if batches.good < SMALLEST_BATCH:
        raise FitFailed(f"{recipe.name}: {batches.good} pictures cannot train a model: add good pictures")
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(mode=True)
    torch.manual_seed(recipe.seed)
    start = time.monotonic()
    graph = ScoringGraph(recipe)
    batches.prepare(graph.preprocessing)
    graph.model.start(batches.planes(torch.arange(min(batches.good, LEARNT_FROM))))
    optimiser = _optimiser(recipe, graph)
    steps = math.ceil(batches.epoch_size / recipe.batch)  # in one epoch
    epochs = max(recipe.epochs, math.ceil(recipe.least_steps / steps))
    schedule = _schedule(recipe, optimiser, epochs * steps)
    losses, held_out_losses = [], []
    title = f"fitting {recipe.name}, seed {recipe.seed}"
    for epoch in progress.track(range(1, epochs + 1), title, epochs):
        graph.train()
        total = torch.zeros(())
        for rows in torch.split(batches.epoch(), recipe.batch):
            if len(rows) < SMALLEST_BATCH:
                continue  # batch normalisation needs two
            inputs, targets = _varied(*batches.pairs(rows), recipe.augmentation)  # [B, C, h, w]
            loss = loss_of(graph.model(inputs), targets, recipe.loss)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
            optimiser.step()
            schedule.step()
            total += loss.detach() * (len(rows) if recipe.loss.reduction == "mean" else 1)
        losses.append(total.item() / batches.epoch_size)
        if not math.isfinite(losses[-1]):
            raise FitFailed(f"{recipe.name}: the loss is {losses[-1]} in epoch {epoch}: lower the learning rate")
        held_out_losses += _held_out_loss(recipe, graph, held_out)
    if recipe.weight_bits == BYTE:
        round_to_bytes(graph.model)
    _learn_weights(graph, batches)
    return Fitted(recipe, graph, tuple(losses), tuple(held_out_losses), time.monotonic() - start)


def _varied(inputs: Tensor, targets: Tensor, rule: Augmentation) -> tuple[Tensor, Tensor]:
    """Mirror half of the pictures and add noise, as the recipe says."""
    if rule.mirror:
        mirrored = (torch.rand(len(inputs)) < HALF)[:, None, None, None]
        inputs, targets = (torch.where(mirrored, planes.flip(3), planes) for planes in (inputs, targets))
    if rule.noise:
        noise = rule.noise * torch.randn_like(inputs)
        return inputs + noise, targets + noise if rule.keep_noise else targets
    return inputs, targets


def _optimiser(recipe: Recipe, graph: ScoringGraph) -> torch.optim.Optimizer:
    rule = recipe.optimiser
    kind = torch.optim.AdamW if rule.kind == "adamw" else torch.optim.Adam
    return kind(graph.parameters(), lr=rule.learning_rate, betas=rule.betas, weight_decay=rule.weight_decay)


def _schedule(recipe: Recipe, optimiser: torch.optim.Optimizer, steps: int) -> torch.optim.lr_scheduler.LRScheduler:
    if recipe.optimiser.one_cycle:
        rate = recipe.optimiser.learning_rate
        return torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps + 1, pct_start=WARM_UP_SHARE)
    return torch.optim.lr_scheduler.ConstantLR(optimiser, factor=1.0)


def _held_out_loss(recipe: Recipe, graph: ScoringGraph, held_out: Tensor | None) -> list[float]:
    if held_out is None:
        return []
    graph.eval()
    with torch.no_grad():
        inputs = graph.preprocessing.in_pieces(held_out)
        loss = loss_of(graph.model(inputs), inputs, recipe.loss).item()
    return [loss if recipe.loss.reduction == "mean" else loss / len(held_out)]


def _learn_weights(graph: ScoringGraph, batches: TrainingBatches) -> None:
    graph.eval()
    with torch.no_grad():
        inputs = batches.planes(torch.arange(min(batches.good, LEARNT_FROM)))
        squares, output = graph.squares(inputs)
        graph.measure.learn(inputs, squares, graph.detail(output))


def loss_of(reconstruction: Reconstruction, inputs: Tensor, rule: Loss) -> Tensor:
    """Squared error between [N, C, h, w] and its reconstruction, plus the weighted divergence: a scalar."""
    squares = (reconstruction.output - inputs).square()
    error = squares.mean() if rule.reduction == "mean" else squares.sum()
    if rule.kl_weight == 0:
        return error
    return error + rule.kl_weight * divergence(reconstruction.latent)


def divergence(latent: Latent) -> Tensor:
    """Kullback-Leibler divergence from the standard normal, summed (Kingma and Welling 2014, appendix B)."""
    if latent.log_var is None:
        return torch.zeros(())
    return -0.5 * (1 + latent.log_var - latent.mu.square() - latent.log_var.exp()).sum()

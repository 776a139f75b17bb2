"""``leak-training fit``: one recipe, fitted with one seed."""

import argparse

import torch
from rich.console import Console

from training.commands import read_both
from training.dataset.data import pixels_of
from training.dataset.progress import ConsoleProgress
from training.dataset.splits import split
from training.fitting import weights
from training.fitting.batches import batches_of
from training.fitting.fit import fit
from training.gate.usable import require_usable
from training.recipe.recipe import read_recipe


def run(options: argparse.Namespace, console: Console) -> None:
    """Fit the recipe and keep its weights."""
    recipe = read_recipe(options.recipe)
    if options.seed is not None:
        recipe = recipe.model_copy(update={"seed": options.seed})
    progress = ConsoleProgress(console)
    parts = split(*read_both(options, progress))
    require_usable(parts)
    held_out = torch.from_numpy(pixels_of(parts.choice_good, recipe.input))
    fitted = fit(recipe, batches_of(recipe, parts), held_out, options.threads, progress)
    weights.save(fitted, options.out)
    print(f"{options.out}: {recipe.name}, seed {recipe.seed}, {fitted.duration_s:.1f} s, loss {fitted.losses[-1]:.6g}")

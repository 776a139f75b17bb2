"""What the commands do: read, call the step, print."""

import argparse
import sys
from pathlib import Path

import torch
from rich.console import Console

from service.contract.artifact import Artifact, open_artifact, write_active
from service.inference.scorer import OnnxScorer
from training import compare as comparing
from training import evaluate as evaluating
from training import export as exporting
from training import fit as fitting
from training import stress_sheets, weights
from training.config import read_recipe
from training.data import Dataset, load, pixels_of
from training.job import material_of
from training.layout import Label
from training.plan import default_names, full_plan, quick_plan
from training.progress import ConsoleProgress
from training.splits import split
from training.tables import comparison_table, describe_artifact, describe_data, metrics_table


def compare(options: argparse.Namespace, console: Console) -> None:
    """Fit all candidates, choose, export, activate, report."""
    data = _data(options, console)
    names = tuple(options.recipes or default_names(data))
    plan = quick_plan(names) if options.quick else full_plan(names, options.seeds)
    parts = plan.bounded(split(data))
    workplace = comparing.Workplace(options.work or options.out / ".compare", data, plan)
    comparison = comparing.compare(plan, parts, workplace, options.jobs, ConsoleProgress(console))
    artifact = exporting.export(comparison.winner, data, parts, options.out)
    Console().print(comparison_table(comparison))
    _finish(artifact, options)


def fit(options: argparse.Namespace, console: Console) -> None:
    """Fit one recipe and keep its weights."""
    recipe = read_recipe(options.recipe)
    if options.seed is not None:
        recipe = recipe.model_copy(update={"seed": options.seed})
    parts = split(_data(options, console))
    held_out = torch.from_numpy(pixels_of(parts.choice_good, recipe.input))
    fitted = fitting.fit(recipe, material_of(recipe, parts), held_out, options.threads, ConsoleProgress(console))
    weights.save(fitted, options.out)
    print(f"{options.out}: {recipe.name}, seed {recipe.seed}, {fitted.duration_s:.1f} s, loss {fitted.losses[-1]:.6g}")


def export(options: argparse.Namespace, console: Console) -> None:
    """Turn fitted weights into an artefact."""
    fitted = weights.load(options.weights)
    data = _data(options, console)
    _finish(exporting.export(fitted, data, split(data), options.out), options)


def evaluate(options: argparse.Namespace, console: Console) -> None:
    """Measure an artefact on labelled pictures."""
    artifact = open_artifact(options.artifact)
    data = _data(options, console)
    scorer = OnnxScorer(artifact.model_path, artifact.manifest.input)
    result = evaluating.evaluate(artifact, scorer, data, options.split)
    if options.json:
        print(result.as_json())
        return
    print(describe_artifact(artifact))
    Console().print(metrics_table(artifact.id, {result.part: result.metrics}))
    for mistake in result.mistakes:
        print(f"{mistake.kind} {mistake.score:.6g} {mistake.file}")


def stress(options: argparse.Namespace, console: Console) -> None:
    """Draw every family on good wells, a sheet each."""
    wells = [group.picture for group in _data(options, console).select(Label.GOOD)]
    for path in stress_sheets.write(wells, options.show):
        print(path)


def _finish(artifact: Artifact, options: argparse.Namespace) -> None:
    if not options.no_activate:
        write_active(options.out, artifact.id)
    Console().print(metrics_table(artifact.manifest.name, artifact.manifest.metrics))
    print(describe_artifact(artifact))
    print(f"{artifact.folder}{'' if options.no_activate else ' is active'}")


def _data(options: argparse.Namespace, console: Console) -> Dataset:
    root: Path = options.data
    data = load(root, ConsoleProgress(console))
    for line in describe_data(data):
        print(line, file=sys.stderr)
    return data

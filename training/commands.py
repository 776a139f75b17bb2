"""What the commands do: read, call the step, print."""

import argparse
import shlex
import sys
from dataclasses import replace
from pathlib import Path

import torch
from rich.console import Console

from service.contract.artifact import Artifact, open_artifact, write_active
from service.contract.errors import DataError, ExportRefused
from service.inference.scorer import OnnxScorer
from training import compare as comparing
from training import evaluate as evaluating
from training import export as exporting
from training import fit as fitting
from training import recalibrate as recalibrating
from training import reviews, sheets, weights
from training.config import read_recipe
from training.data import Dataset, load, pixels_of
from training.evaluation_page import evaluation_page
from training.job import material_of
from training.layout import Label
from training.nuisance import faults_of
from training.plan import default_names, full_plan, quick_plan
from training.progress import ConsoleProgress
from training.report.content import ComparisonReport, from_json, to_json, without_pictures
from training.report.page import render_comparison
from training.specs import ThresholdRule
from training.splits import split
from training.summary import comparison_report, findings_of
from training.tables import comparison_table, describe_artifact, describe_data, faults_table, metrics_table

CONTENT = "comparison.json"
PLOTTED = 3


def compare(options: argparse.Namespace, console: Console) -> None:
    """Fit all candidates, choose, export, activate, report."""
    data = _data(options, console)
    names = tuple(options.recipes or default_names(data))
    plan = quick_plan(names) if options.quick else full_plan(names, options.seeds)
    parts = plan.bounded(split(data))
    plan = plan.suited(len(parts.fit_good))
    workplace = comparing.Workplace(options.work or options.out / ".compare", data, plan, parts)
    comparison = comparing.compare(plan, parts, workplace, options.jobs, ConsoleProgress(console))
    content = comparison_report(comparison, plan, parts, describe_data(data), _command_line())
    (workplace.folder / CONTENT).write_bytes(to_json(content))
    findings = findings_of(comparison, content, render_comparison(without_pictures(content), PLOTTED))
    artifact = exporting.export(comparison.winner, data, parts, options.out, findings)
    if options.report:
        _write_page(options.report, render_comparison(content))
    Console().print(comparison_table(comparison))
    _finish(artifact, options)
    print(f"report: leak-training report {workplace.folder / CONTENT} --html FILE")


def report(options: argparse.Namespace, console: Console) -> None:  # noqa: ARG001  # every command takes a console
    """Draw the report of a finished comparison again."""
    try:
        content = from_json(ComparisonReport, options.comparison.read_bytes())
    except OSError as error:
        raise DataError(f"{options.comparison} cannot be read ({error.strerror}): run compare first") from error
    _write_page(options.html, render_comparison(without_pictures(content) if options.no_pictures else content))


def recalibrate(options: argparse.Namespace, console: Console) -> None:
    """Give an artefact another threshold, as a new artefact."""
    artifact = open_artifact(options.artifact)
    budget = {} if options.budget is None else {"budget": options.budget}
    rule = ThresholdRule(strategy=options.strategy, parameters=budget)
    out = options.out or artifact.folder.parent
    _finish(recalibrating.recalibrate(artifact, rule, _data(options, console), out), options)


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
    if options.nuisance:
        result = replace(result, faults=faults_of(artifact, scorer, result.scored))
    if result.part not in {"test", "all"} and data.sha256 != artifact.manifest.data.sha256:
        print(
            "note: other data than the model was fitted on; this part may hold wells that it has seen", file=sys.stderr
        )
    if options.html:
        _write_page(options.html, evaluation_page(artifact, result, _command_line(), pictures=not options.no_pictures))
    if options.json:
        print(result.as_json())
        return
    print(describe_artifact(artifact))
    Console().print(metrics_table(artifact.id, {result.part: result.metrics}))
    if result.faults:
        Console().print(faults_table(result.faults))
    for mistake in result.mistakes:
        print(f"{mistake.kind} {mistake.score:.6g} {mistake.file}")


def import_reviews(options: argparse.Namespace, console: Console) -> None:
    """Turn exported reviews into a data folder."""
    del console  # it takes a moment, not minutes
    imported = reviews.import_reviews(options.export, options.out)
    for judged, count in imported.pictures.items():
        print(f"{count:8} {judged}")
    print(f"{imported.without_picture:8} reviewed decisions have no picture any more")


def stress(options: argparse.Namespace, console: Console) -> None:
    """Draw every family on good wells, a sheet each."""
    wells = [group.picture for group in _data(options, console).select(Label.GOOD)]
    for path in sheets.write(wells, options.show):
        print(path)


def _finish(artifact: Artifact, options: argparse.Namespace) -> None:
    if not options.no_activate:
        write_active(artifact.folder.parent, artifact.id)
    Console().print(metrics_table(artifact.manifest.name, artifact.manifest.metrics))
    print(describe_artifact(artifact))
    print(f"{artifact.folder}{'' if options.no_activate else ' is active'}")


def _write_page(path: Path, page: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise ExportRefused(f"{path} cannot be written ({error.strerror}): choose another place") from error


def _command_line() -> str:
    return shlex.join(["leak-training", *sys.argv[1:]])


def _data(options: argparse.Namespace, console: Console) -> Dataset:
    root: Path = options.data
    data = load(root, ConsoleProgress(console))
    for line in describe_data(data):
        print(line, file=sys.stderr)
    return data

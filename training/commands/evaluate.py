"""``leak-training evaluate``: an artefact's figures on labelled pictures."""

import argparse
import sys
from dataclasses import replace

from rich.console import Console

from service.contract.artifact import Artifact, open_artifact
from service.contract.detector import open_detector
from service.contract.manifest import TrainingData
from training.commands import read_both, rule_of, write_page
from training.commands.tables import describe_artifact, metrics_table, print_whole, robustness_table, served_table
from training.dataset.layout import Label
from training.dataset.progress import ConsoleProgress
from training.evaluation.evaluate import Evaluation, evaluate
from training.evaluation.page import evaluation_page
from training.evaluation.robustness import robustness_of


def run(options: argparse.Namespace, console: Console) -> None:
    """Print figures and mistakes as text or JSON; write the page that was asked for."""
    artifact = open_artifact(options.artifact)
    progress = ConsoleProgress(console)
    data, site = read_both(options, progress, rule_of(artifact))
    detector = open_detector(artifact)
    result = evaluate(detector, data, options.split, site)
    if options.nuisance:
        result = replace(result, robustness=robustness_of(detector, result.scored))
    caution = _caution(result, artifact.manifest.data, data.sha256)
    if caution:
        print(f"note: {caution}", file=sys.stderr)
    if options.html:
        pictures = not options.no_pictures
        write_page(options.html, evaluation_page(artifact, result, options.command_line, pictures=pictures))
    if options.json:
        print(result.as_json())
    else:
        _print(artifact, result)


def _caution(result: Evaluation, known: TrainingData, sha256: str) -> str:
    """Say what makes figures look better than they are; ``known`` is what the model was made from."""
    if result.part == "all" and sha256 == known.sha256:
        return "this part holds the wells that the model was fitted on"
    if result.part == "site_choice" or (result.part == "site" and known.site_sha256):
        return "this part chose and calibrated, or part of it did"
    if result.part in {"all", "test", "site"}:
        return ""
    if sha256 != known.sha256:
        return "other data than the model was fitted on; this part may hold wells that it has seen"
    drawn_up = known.groups.get(f"{result.part}_good", 0)
    if drawn_up != sum(group.label is Label.GOOD for group in result.scored.groups):
        return "the model was made from the same data, divided otherwise; this part may hold wells that it has seen"
    return ""


def _print(artifact: Artifact, result: Evaluation) -> None:
    print(describe_artifact(artifact))
    sources = result.by_source if len(result.by_source) > 1 else {}
    print_whole(metrics_table(artifact.id, {result.part: result.metrics} | sources))
    if result.metrics.served is not None:
        print_whole(served_table({result.part: result.metrics.served}))
    if result.robustness:
        print_whole(robustness_table(result.robustness))
    for mistake in result.mistakes:
        print(f"{mistake.kind} {mistake.score:.6g} {mistake.file}")

"""``leak-training evaluate``: an artefact's figures on labelled pictures."""

import argparse
import sys
from dataclasses import replace

from rich.console import Console

from service.contract.artifact import Artifact, open_artifact
from service.contract.detector import open_detector
from training.commands import read_data, write_page
from training.commands.tables import describe_artifact, metrics_table, robustness_table
from training.dataset.progress import ConsoleProgress
from training.evaluation.evaluate import Evaluation, evaluate
from training.evaluation.page import evaluation_page
from training.evaluation.robustness import robustness_of


def run(options: argparse.Namespace, console: Console) -> None:
    """Print figures and mistakes as text or JSON; write the page that was asked for."""
    artifact = open_artifact(options.artifact)
    data = read_data(options.data, ConsoleProgress(console))
    detector = open_detector(artifact)
    result = evaluate(artifact, detector.scorer, data, options.split)
    if options.nuisance:
        result = replace(result, robustness=robustness_of(detector, result.scored))
    caution = _caution(result.part, known=data.sha256 == artifact.manifest.data.sha256)
    if caution:
        print(f"note: {caution}", file=sys.stderr)
    if options.html:
        pictures = not options.no_pictures
        write_page(options.html, evaluation_page(artifact, result, options.command_line, pictures=pictures))
    if options.json:
        print(result.as_json())
    else:
        _print(artifact, result)


def _caution(part: str, *, known: bool) -> str:
    """Say what makes figures look better than they are; ``known`` data is what the model was made from."""
    if part == "all" and known:
        return "this part holds the wells that the model was fitted on"
    if part not in {"all", "test"} and not known:
        return "other data than the model was fitted on; this part may hold wells that it has seen"
    return ""


def _print(artifact: Artifact, result: Evaluation) -> None:
    print(describe_artifact(artifact))
    sources = result.by_source if len(result.by_source) > 1 else {}
    Console().print(metrics_table(artifact.id, {result.part: result.metrics} | sources))
    if result.robustness:
        Console().print(robustness_table(result.robustness))
    for mistake in result.mistakes:
        print(f"{mistake.kind} {mistake.score:.6g} {mistake.file}")

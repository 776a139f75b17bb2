"""The command ``leak-training``."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from service.contract.artifact import Artifact, open_artifact, write_active
from service.contract.errors import LeakInspectionError
from service.inference.scorer import OnnxScorer
from training import weights
from training.compare import compare
from training.config import Recipe, read_recipe
from training.data import Dataset, load, pixels_of
from training.evaluate import PARTS, Evaluation, evaluate
from training.export import export
from training.fit import fit
from training.material import Material
from training.progress import ConsoleProgress
from training.splits import split
from training.tables import describe_artifact, describe_data, metrics_table

USAGE_ERROR = 2
INTERRUPTED = 130
DEFAULT_RECIPE = "conv_fc_ae_b"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 done, 2 with one line on stderr where the user must change something, 130 after Ctrl-C."""
    options = _parser().parse_args(arguments)
    console = Console(stderr=True)
    try:
        options.command(options, console)
    except LeakInspectionError as error:
        print(f"leak-training: {error}", file=sys.stderr)
        return USAGE_ERROR
    except KeyboardInterrupt:
        print("leak-training: interrupted; no artefact was written", file=sys.stderr)
        return INTERRUPTED
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="leak-training", description="Train, compare and export leak detectors.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    fitting = _command(commands.add_parser("fit", help="train one recipe and keep its weights"), _fit)
    _add_recipe(fitting)
    fitting.add_argument("--out", type=Path, required=True, metavar="FILE", help="where the weights go")

    exporting = _command(commands.add_parser("export", help="turn trained weights into an artefact"), _export)
    exporting.add_argument("weights", type=Path, metavar="FILE", help="what fit wrote")
    _add_out(exporting)

    comparing = _command(commands.add_parser("compare", help="the whole job: train, choose, export"), _compare)
    _add_recipe(comparing)
    _add_out(comparing)

    evaluating = _command(commands.add_parser("evaluate", help="measure an artefact on labelled pictures"), _evaluate)
    evaluating.add_argument("artifact", type=Path, metavar="ARTEFACT", help="folder of the artefact")
    evaluating.add_argument("--split", choices=PARTS, help="part of the data (test where there is one, else report)")
    evaluating.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _command(parser: argparse.ArgumentParser, command: object) -> argparse.ArgumentParser:
    parser.set_defaults(command=command)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder or .tar.gz of pictures")
    parser.add_argument("--threads", type=int, default=2, choices=range(1, 65), metavar="N", help="default 2")
    return parser


def _add_recipe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--recipe", default=DEFAULT_RECIPE, help=f"name or TOML file (default {DEFAULT_RECIPE})")
    parser.add_argument("--seed", type=int, help="instead of the recipe's")


def _add_out(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, default=Path("model_artifacts"), metavar="DIR", help="where artefacts lie")
    parser.add_argument("--no-activate", action="store_true", help="leave active.json as it is")


def _fit(options: argparse.Namespace, console: Console) -> None:
    recipe = _recipe(options)
    parts = split(_data(options, console))
    pixels = pixels_of(parts.fit_good, recipe.input)
    fitted = fit(recipe, Material(pixels), threads=options.threads, progress=ConsoleProgress(console))
    weights.save(fitted, options.out)
    print(
        f"{options.out}: {recipe.name}, {len(pixels)} pictures, {fitted.duration_s:.1f} s, loss {fitted.losses[-1]:.6g}"
    )


def _export(options: argparse.Namespace, console: Console) -> None:
    fitted = weights.load(options.weights)
    data = _data(options, console)
    _finish(export(fitted, data, split(data), options.out), options)


def _compare(options: argparse.Namespace, console: Console) -> None:
    recipe = _recipe(options)
    data = _data(options, console)
    comparison = compare(recipe, data, options.out, options.threads, ConsoleProgress(console))
    _finish(comparison.artifact, options)


def _finish(artifact: Artifact, options: argparse.Namespace) -> None:
    if not options.no_activate:
        write_active(options.out, artifact.id)
    Console().print(metrics_table(artifact.manifest.name, artifact.manifest.metrics))
    print(describe_artifact(artifact))
    print(f"{artifact.folder}{'' if options.no_activate else ' is active'}")


def _evaluate(options: argparse.Namespace, console: Console) -> None:
    artifact = open_artifact(options.artifact)
    data = _data(options, console)
    scorer = OnnxScorer(artifact.model_path, artifact.manifest.input, options.threads)
    result = evaluate(artifact, scorer, data, options.split)
    print(result.as_json()) if options.json else _print_evaluation(artifact, result)


def _print_evaluation(artifact: Artifact, result: Evaluation) -> None:
    print(describe_artifact(artifact))
    Console().print(metrics_table(artifact.id, {result.part: result.metrics}))
    for mistake in result.mistakes:
        print(f"{mistake.kind} {mistake.score:.6g} {mistake.file}")


def _recipe(options: argparse.Namespace) -> Recipe:
    recipe = read_recipe(options.recipe)
    return recipe if options.seed is None else recipe.model_copy(update={"seed": options.seed})


def _data(options: argparse.Namespace, console: Console) -> Dataset:
    data = load(options.data, ConsoleProgress(console))
    for line in describe_data(data):
        print(line, file=sys.stderr)
    return data

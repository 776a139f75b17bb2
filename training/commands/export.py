"""``leak-training export``: fitted weights as an artefact."""

import argparse

from rich.console import Console

from training.commands import finish, read_both
from training.dataset.progress import ConsoleProgress
from training.dataset.splits import split
from training.export.export import export
from training.fitting import weights


def run(options: argparse.Namespace, console: Console) -> None:
    """Write the artefact and activate it."""
    fitted = weights.load(options.weights)
    progress = ConsoleProgress(console)
    data, site = read_both(options, progress)
    finish(export(fitted, data, split(data, site), options.out), options)

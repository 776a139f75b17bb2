"""``leak-training export``: fitted weights as an artefact."""

import argparse

from rich.console import Console

from training import weights
from training.commands import finish, read_data
from training.export import export
from training.progress import ConsoleProgress
from training.splits import split


def run(options: argparse.Namespace, console: Console) -> None:
    """Write the artefact and activate it."""
    fitted = weights.load(options.weights)
    data = read_data(options.data, ConsoleProgress(console))
    finish(export(fitted, data, split(data), options.out), options)

"""``leak-training export``: fitted weights as an artefact."""

import argparse

from rich.console import Console

from training.commands import finish, read_both
from training.comparison.activation import other_product
from training.dataset.progress import ConsoleProgress
from training.dataset.splits import split
from training.export.export import export
from training.fitting import weights


def run(options: argparse.Namespace, console: Console) -> None:
    """Write the artefact and activate it, unless the active one is for other pictures."""
    fitted = weights.load(options.weights)
    progress = ConsoleProgress(console)
    data, site = read_both(options, progress)
    parts = split(data, site)
    artifact = export(fitted, data, parts, options.out)
    asked = options.activate or options.no_activate
    finish(artifact, options, "" if asked else other_product(artifact, options.out, parts))

"""``leak-training stress``: synthetic pictures on good wells, for people to look at."""

import argparse

from rich.console import Console

from training.commands import read_data
from training.dataset.data import small_pictures
from training.dataset.layout import Label
from training.dataset.progress import ConsoleProgress
from training.synthetic import sheets


def run(options: argparse.Namespace, console: Console) -> None:
    """Draw every family, a sheet each, and print where it lies."""
    wells = small_pictures(read_data(options, ConsoleProgress(console)).select(Label.GOOD))
    for path in sheets.write(wells, options.show):
        print(path)

"""``leak-training demo``: an example set, so that the training can be tried without data."""

import argparse
import shlex

from rich.console import Console

from training.synthetic.examples.example_set import write_example_set


def run(options: argparse.Namespace, console: Console) -> None:
    """Write the set and print the line that trains on it."""
    del console  # it takes a second
    written = write_example_set(options.folder, options.seed)
    print(f"{written.pictures} drawn pictures: {written.wells} (one day), {written.site} (another)")
    line = ("leak-training", "compare", "--quick", "--data", written.wells, "--site", written.site)
    print(f"next: {shlex.join(map(str, line))}")

"""``leak-training report``: the report of a finished comparison, drawn again."""

import argparse

from rich.console import Console

from service.contract.errors import DataError
from training.commands import write_page
from training.comparison.content import ComparisonReport, from_json, without_pictures
from training.comparison.outcome.page import render_comparison


def run(options: argparse.Namespace, console: Console) -> None:
    """Write the page, with the pictures of wells unless they are to be left out."""
    del console  # it takes a moment, not minutes
    try:
        content = from_json(ComparisonReport, options.comparison.read_bytes())
    except OSError as error:
        raise DataError(f"{options.comparison} cannot be read ({error.strerror}): run compare first") from error
    write_page(options.html, render_comparison(without_pictures(content) if options.no_pictures else content))

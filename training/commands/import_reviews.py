"""``leak-training import-reviews``: people's reviews as a data folder."""

import argparse

from rich.console import Console

from training.dataset.reviews import import_reviews


def run(options: argparse.Namespace, console: Console) -> None:
    """Write the folder and print how many pictures became what."""
    del console  # it takes a moment, not minutes
    imported = import_reviews(options.export, options.out)
    for judged, count in imported.pictures.items():
        print(f"{count:8} {judged}")
    print(f"{imported.without_picture:8} reviewed decisions have no picture any more")

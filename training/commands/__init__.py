"""One module a command of ``leak-training``, loaded when it is called; here is what several of them share."""

import argparse
import sys
from pathlib import Path

from rich.console import Console

from service.contract.artifact import Artifact, write_active
from service.contract.errors import ExportRefused
from training.commands.tables import describe_artifact, describe_data, metrics_table, served_table
from training.dataset.data import Dataset, load
from training.dataset.progress import Progress
from training.dataset.whole_file import replacing


def read_data(root: Path, progress: Progress, before: str = "") -> Dataset:
    """Read the pictures and say on standard error what was found, dropped and skipped."""
    data = load(root, progress)
    for line in describe_data(data):
        print(f"{before}{line}", file=sys.stderr)
    return data


def read_site(options: argparse.Namespace, progress: Progress) -> Dataset | None:
    """Read the second set, where one was given."""
    return read_data(options.site, progress, "second set: ") if options.site else None


def finish(artifact: Artifact, options: argparse.Namespace, against: str = "") -> None:
    """Activate a new artefact, unless ``--no-activate`` or a reason ``against`` was given, and print its figures."""
    activate = not options.no_activate and not against
    if activate:
        write_active(artifact.folder.parent, artifact.id)
    metrics = artifact.manifest.metrics
    Console().print(metrics_table(artifact.manifest.name, metrics))
    Console().print(served_table({part: one.served for part, one in metrics.items() if one.served is not None}))
    print(describe_artifact(artifact))
    print(f"{artifact.folder}{' is active' if activate else ''}")
    if against:
        print(f"not activated: {against}")


def write_page(path: Path, page: str) -> None:
    """Write an HTML page, whole or not at all.

    Raises:
        ExportRefused: the place cannot be written.
    """
    try:
        with replacing(path) as draft:
            draft.write_text(page, encoding="utf-8")
    except OSError as error:
        raise ExportRefused(f"{path} cannot be written ({error.strerror}): choose another place") from error

"""One module a command of ``leak-training``, loaded when it is called; here is what several of them share."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from service.contract.artifact import Artifact, read_active, write_active
from service.contract.errors import ArtifactError, ExportRefused
from service.contract.layouts.naming import Naming
from training.commands.tables import describe_artifact, describe_data, metrics_table, print_whole, served_table
from training.dataset.data import Dataset
from training.dataset.progress import Progress
from training.dataset.reading import LEARNT, DepthRule, load
from training.dataset.whole_file import replacing


def read_data(options: argparse.Namespace, progress: Progress, rule: DepthRule = LEARNT) -> Dataset:
    """Read the pictures and say on standard error what was found, dropped and skipped."""
    return _read(options.data, options, progress, rule)


def read_both(
    options: argparse.Namespace, progress: Progress, rule: DepthRule = LEARNT
) -> tuple[Dataset, Dataset | None]:
    """Read the pictures and, where one was given, the second set; both by one rule for pictures of 16 bits."""
    data = read_data(options, progress, rule)
    if not options.site:
        return data, None
    known = DepthRule(data.levels, is_given=True) if data.levels else rule
    site = _read(options.site, options, progress, known, "second set: ")
    return replace(data, levels=site.levels), site


def rule_of(artifact: Artifact) -> DepthRule:
    """How an artefact wants pictures of 16 bits to be read."""
    return DepthRule(artifact.manifest.levels, is_given=True)


def _read(root: Path, options: argparse.Namespace, progress: Progress, rule: DepthRule, before: str = "") -> Dataset:
    alone = not getattr(options, "site", None)  # of two sets either may have what was named
    naming = Naming(tuple(options.good), tuple(options.leak), tuple(options.skip), alone)
    data = load(root, progress, naming, rule)
    for line in describe_data(data):
        print(f"{before}{line}", file=sys.stderr)
    return data


def finish(artifact: Artifact, options: argparse.Namespace, against: str = "") -> None:
    """Activate a new artefact, unless ``--no-activate`` or a reason ``against`` was given, and print its figures."""
    activate = not options.no_activate and not against
    before = _active(artifact.folder.parent)
    if activate:
        write_active(artifact.folder.parent, artifact.id)
    metrics = artifact.manifest.metrics
    print_whole(metrics_table(artifact.manifest.name, metrics))
    print_whole(served_table({part: one.served for part, one in metrics.items() if one.served is not None}))
    print(describe_artifact(artifact))
    instead = f" instead of {before}" if before not in {"", artifact.id} else ""
    print(f"{artifact.folder}{' is active' + instead if activate else ''}")
    if against:
        print(f"not activated: {against}")


def _active(root: Path) -> str:
    try:
        return read_active(root)
    except ArtifactError:
        return ""


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

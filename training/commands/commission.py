"""``leak-training commission``: a cut for a new camera, what it will answer, or why it may not be armed."""

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console

from service.contract.artifact import Artifact, open_artifact
from service.contract.commissioning.cut import Cut
from service.contract.commissioning.prediction import Shares, observed
from service.contract.commissioning.report import describe, describe_check, entry
from service.contract.detector import open_detector
from service.contract.errors import CommissioningRefused, SetupError
from training.commands import read_both, rule_of
from training.dataset.data import pictures_of
from training.dataset.progress import ConsoleProgress, Progress
from training.dataset.splits import Split, split
from training.dataset.unlabelled import Unlabelled, read_unlabelled
from training.export.commission import Commissioner, rehearse, terms_for


def run(options: argparse.Namespace, console: Console) -> None:
    """Commission a camera on its pictures, or rehearse it on both halves of a labelled set.

    Raises:
        CommissioningRefused: the camera may not be armed; what was seen of it has been printed.
    """
    progress = ConsoleProgress(console)
    artifact = open_artifact(options.artifact)
    detector = open_detector(artifact)
    leaks = _read(options.leaks, artifact, progress).pictures if options.leaks else ()
    parts = _halves(options, artifact, progress) if options.site else None
    if parts is not None:
        leaks = (*leaks, *pictures_of(parts.cut_leak))
    terms = terms_for(detector, leaks, options.budget, options.margin)
    commissioner = Commissioner(artifact, detector, terms)
    if parts is not None:
        _rehearse(commissioner, parts)
    else:
        _commission(commissioner, options, progress)


def _commission(commissioner: Commissioner, options: argparse.Namespace, progress: Progress) -> None:
    found = _read(options.pictures, commissioner.artifact, progress)
    outcome = commissioner.commission(commissioner.observe(found.names, found.pictures))
    _print(describe(outcome, commissioner.terms))
    if options.check and outcome.cut and outcome.predicted:
        _check(commissioner, outcome.cut, outcome.predicted, _read(options.check, commissioner.artifact, progress))
    if outcome.refusals:
        raise CommissioningRefused(f"{options.camera} may not be armed: {'; '.join(outcome.refusals)}")
    print("\nfor the cameras file:\n")
    _print(entry(options.camera, commissioner.artifact.id, outcome))


def _check(commissioner: Commissioner, cut: Cut, predicted: Shares, found: Unlabelled) -> None:
    seen = commissioner.observe(found.names, found.pictures)
    print(f"\nchecked on {len(seen.names)} different pictures in {seen.scene_count} scenes:")
    _print(describe_check(predicted, observed(seen, cut.value)))


def _halves(options: argparse.Namespace, artifact: Artifact, progress: Progress) -> Split:
    if options.data is None:
        raise SetupError("--site needs --data, with which its scenes are linked and dealt out")
    return split(*read_both(options, progress, rule_of(artifact)))


def _rehearse(commissioner: Commissioner, parts: Split) -> None:
    for rehearsal in rehearse(commissioner, parts):
        print(f"\n{rehearsal.what}")
        _print(describe(rehearsal.outcome, commissioner.terms))
        _print(f"refused: {reason}" for reason in rehearsal.outcome.refusals)
        if rehearsal.outcome.predicted and rehearsal.seen:
            print("the other half:")
            _print(describe_check(rehearsal.outcome.predicted, rehearsal.seen))


def _read(root: Path, artifact: Artifact, progress: Progress) -> Unlabelled:
    found = read_unlabelled(root, progress, artifact.manifest.levels)
    for line in found.skipped:
        print(f"skipped {line}", file=sys.stderr)
    if found.passed_over:
        print(f"{found.passed_over} picture files ignored (hidden, thumbnails, masks)", file=sys.stderr)
    return found


def _print(lines: Iterable[str]) -> None:
    print(*lines, sep="\n")

"""``leak-inspection commission``: a cut for a camera, from the service's own record of it."""

import argparse
import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from math import nan
from pathlib import Path
from typing import NamedTuple

import numpy as np

from service.commands import Commands
from service.commands.record import settings_of, with_records
from service.contract.artifact import Artifact, open_artifact
from service.contract.commissioning.commissioning import commission
from service.contract.commissioning.cut import Terms
from service.contract.commissioning.observation import Observations, upside_down
from service.contract.commissioning.report import describe, entry
from service.contract.detector import open_detector
from service.contract.errors import CommissioningRefused
from service.contract.scenes.linking import scenes_of
from service.judging.active_choice import ActiveChoice
from service.record.archive.folder import ArchiveFolder
from service.record.camera_sample import CameraSample, lowest_reviewed_leak, sample_camera
from service.record.queries.records import Records
from service.record.queries.search import DecisionFilter

MOST_DECISIONS = 200_000


class _Found(NamedTuple):
    sample: CameraSample
    reviewed_leak: float | None


def add_to(commands: Commands) -> None:
    parser = commands.add_parser("commission", help="a cut for a camera from its record, or why it may not be armed")
    parser.add_argument("camera", metavar="CAMERA", help="its camera_id")
    parser.add_argument("--hours", type=float, default=24.0, help="how far back the record is read (24)")
    parser.add_argument("--artifacts", type=Path, metavar="DIR", help="folder of artefacts (model_artifacts)")
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help="folder the service writes (data)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print what was seen, what is predicted and the entry for the cameras file.

    Raises:
        CommissioningRefused: the camera may not be armed; what was seen of it has been printed.
        SetupError: there is no journal.
        ArtifactError: there is no artefact that can be used.
    """
    settings = settings_of(options)
    choice = ActiveChoice(settings.artifacts, settings.data_dir)
    artifact = open_artifact(choice.folder_of(choice.wanted()))
    wanted = DecisionFilter(camera_id=options.camera, since=datetime.now(UTC) - timedelta(hours=options.hours))
    ask = partial(_find, archive=ArchiveFolder(settings.pictures_folder), wanted=wanted, artifact=artifact)
    found = asyncio.run(with_records(settings, ask))
    print(f"{found.sample.asked} decisions of the last {options.hours:g} hours")
    if not found.sample.pictures:
        raise CommissioningRefused(
            f"{options.camera} may not be armed: the archive holds no picture that {artifact.id} has let pass: let it "
            "judge for a while, or keep more (LEAK_INSPECTION_ARCHIVE_GOOD_SHARE)"
        )
    terms = _terms(artifact, found.reviewed_leak)
    outcome = commission(_observations(found.sample, artifact), terms, artifact.manifest.drift)
    _print(describe(outcome, terms))
    if outcome.refusals:
        raise CommissioningRefused(f"{options.camera} may not be armed: {'; '.join(outcome.refusals)}")
    print("\nfor the cameras file:\n")
    _print(entry(options.camera, artifact.scores_of, outcome))
    return 0


async def _find(records: Records, archive: ArchiveFolder, wanted: DecisionFilter, artifact: Artifact) -> _Found:
    sample = await sample_camera(records, archive, wanted, artifact.sha256, MOST_DECISIONS, artifact.manifest.levels)
    return _Found(sample, await lowest_reviewed_leak(records, str(wanted.camera_id), artifact.sha256))


def _terms(artifact: Artifact, reviewed_leak: float | None) -> Terms:
    threshold = artifact.manifest.threshold
    known = [score for score in (threshold.lowest_leak, reviewed_leak) if score is not None]
    return Terms(threshold, min(known, default=None))


def _observations(sample: CameraSample, artifact: Artifact) -> Observations:
    scores = np.array([nan if one.score is None else one.score for one in sample.decisions], np.float64)
    names = tuple(one.decision_id for one in sample.decisions)
    reasons = tuple(one.reason for one in sample.decisions)
    turned = upside_down(open_detector(artifact), sample.pictures)
    return Observations(names, scores, reasons, scenes_of(sample.pictures), turned)


def _print(lines: Iterable[str]) -> None:
    print(*lines, sep="\n")

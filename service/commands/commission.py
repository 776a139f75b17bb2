"""``leak-inspection commission``: a cut for a camera, from the record beside it or through a running service."""

import argparse
import asyncio
from collections.abc import Iterable

from service.commands import Commands
from service.commands.commission_running import add_options, run_against
from service.commands.options import add_folders, settings_of
from service.commands.record import with_records
from service.contract.artifact import open_artifact
from service.contract.commissioning.report import describe, entry
from service.contract.errors import CommissioningRefused, SetupError
from service.control_room.commissioning.camera_study import CameraStudies, CameraStudy
from service.judging.active_choice import ActiveChoice
from service.judging.recorded_choices import choices_on_record
from service.record.archive.folder import ArchiveFolder
from service.record.camera_sample import Bounds
from service.record.queries.records import Records

ALL_THERE_IS = Bounds(decisions=200_000)


def add_to(commands: Commands) -> None:
    parser = commands.add_parser(
        "commission", help="a cut for a camera from its record, or why it may not be armed; with --url step by step"
    )
    parser.add_argument("camera", metavar="CAMERA", nargs="?", help="its camera_id; with --url none lists all")
    parser.add_argument("--hours", type=float, default=24.0, help="how far back the record is read (24)")
    add_folders(parser, "artifacts", "data_dir")
    add_options(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print what was seen, what is predicted and the entry for the cameras file; with ``--url`` the next step.

    Raises:
        CommissioningRefused: the camera may not be armed; what was seen of it has been printed.
        SetupError: there is no journal, or no service at the address.
        ArtifactError: there is no artefact that can be used.
    """
    if options.url is not None:
        return run_against(options)
    if options.camera is None or options.arm or options.disarm:
        raise SetupError("name the CAMERA; --arm and --disarm need a running service: add --url")
    settings = settings_of(options)
    choice = ActiveChoice(settings.artifacts, settings.data_dir, choices_on_record(settings.journal_path).activated)
    artifact = open_artifact(choice.folder_of(choice.wanted()))
    archive = ArchiveFolder(settings.pictures_folder)

    async def ask(records: Records) -> CameraStudy:
        studies = CameraStudies(records, records, archive, choice.same_scores, ALL_THERE_IS)
        return await studies.study(options.camera, options.hours, artifact)

    study = asyncio.run(with_records(settings, ask))
    print(f"{study.asked} decisions of the last {options.hours:g} hours")
    outcome = study.outcome
    if outcome is None:
        raise CommissioningRefused(
            f"{options.camera} may not be armed: the archive holds no picture that {artifact.id} has let pass: let it "
            "judge for a while, or keep more (LEAK_INSPECTION_ARCHIVE_GOOD_SHARE)"
        )
    _print(describe(outcome, study.terms))
    if outcome.refusals:
        raise CommissioningRefused(f"{options.camera} may not be armed: {'; '.join(outcome.refusals)}")
    print("\nfor the cameras file:\n")
    _print(entry(options.camera, artifact.scores_of, outcome))
    return 0


def _print(lines: Iterable[str]) -> None:
    print(*lines, sep="\n")

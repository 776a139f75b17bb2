"""``leak-inspection what-if``: what another threshold or artefact would have done to the decisions on record."""

import argparse
import asyncio
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial

from service.commands import Commands
from service.commands.options import add_folders, positive, settings_of, time_argument
from service.commands.record import with_records
from service.contract.decision import Verdict
from service.contract.errors import SetupError
from service.control_room.what_if.desk import WhatIfDesk
from service.control_room.what_if.outcome import Changes, WhatIf
from service.control_room.what_if.rescoring import Rescorer
from service.control_room.what_if.rescoring_desk import FOLDER
from service.control_room.what_if.rescoring_job import RESULTS, RescoringJob, RescoringOrder, RescoringTally
from service.judging.active_choice import ActiveChoice
from service.judging.armings import Armings
from service.judging.recorded_choices import choices_on_record
from service.judging.serving import Serving, open_serving
from service.monitoring.cameras_file import read_cameras
from service.record.archive.folder import ArchiveFolder
from service.record.queries.records import Records
from service.record.queries.reports import ReportRange
from service.settings import Settings

PROGRESS_S = 5.0


def add_to(commands: Commands) -> None:
    parser = commands.add_parser("what-if", help="what another threshold or artefact would have done to the record")
    tried = parser.add_mutually_exclusive_group(required=True)
    tried.add_argument("--threshold", type=positive, metavar="T", help="scores from here on are leaks")
    tried.add_argument("--artifact", metavar="ID", help="another artefact judges the kept pictures again")
    parser.add_argument(
        "--from", dest="since", type=time_argument, required=True, metavar="TIME", help="received since"
    )
    parser.add_argument("--to", dest="until", type=time_argument, metavar="TIME", help="received until (now)")
    parser.add_argument("--camera", metavar="CAMERA", help="this camera alone; its own cut gives way to T")
    add_folders(parser, "artifacts", "data_dir")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print what would have changed; nothing is served or written but the results of a re-scoring.

    Raises:
        SetupError: there is no journal, or the time ends before it begins.
        ArtifactError: the artefact cannot be used.
    """
    settings = settings_of(options)
    until = options.until or datetime.now(UTC)
    if until <= options.since:
        raise SetupError("--from: a time before --to is expected")
    wanted = ReportRange(options.since, until, options.camera)
    recorded = choices_on_record(settings.journal_path)
    choice = ActiveChoice(settings.artifacts, settings.data_dir, recorded.activated)
    artifact = options.artifact or choice.wanted()
    cameras = read_cameras(settings.cameras_file)
    armings = Armings(settings.data_dir, cameras)
    armings.recall(recorded.armings)
    serving = open_serving(choice.folder_of(artifact), settings, cameras=cameras, armings=armings)
    if options.artifact:
        return asyncio.run(with_records(settings, partial(_rescore, settings=settings, serving=serving, wanted=wanted)))
    ask = partial(_ask, settings=settings, serving=serving, choice=choice, wanted=wanted, tried=options.threshold)
    _show(asyncio.run(with_records(settings, ask)))
    return 0


async def _ask(
    records: Records, settings: Settings, serving: Serving, choice: ActiveChoice, wanted: ReportRange, tried: float
) -> WhatIf:
    desk = WhatIfDesk(records, settings.alarm, lambda: serving, choice.same_scores)
    return await desk.changes(wanted, tried)


async def _rescore(records: Records, settings: Settings, serving: Serving, wanted: ReportRange) -> int:
    order = RescoringOrder(
        artifact=serving.artifact.id, since=wanted.since, until=wanted.until, camera_id=wanted.camera_id
    )
    folder = settings.data_dir / FOLDER
    job = RescoringJob(order, folder)
    work = asyncio.create_task(job.run(records, Rescorer(ArchiveFolder(settings.pictures_folder), serving)))
    while not (await asyncio.wait({work}, timeout=PROGRESS_S))[0]:
        state = job.state
        print(f"{state.progress:.0%} of the time, {state.total.judged} pictures judged", file=sys.stderr)
    await work
    _show_tally(job.state.total)
    print(f"each decision: {folder / order.name / RESULTS}")
    return 0


def _show(found: WhatIf) -> None:
    print(f"{found.artifact}: threshold {found.threshold_then:g} as served, {found.threshold_now:g} tried")
    print(f"{found.total.decisions} decisions in {found.hours:.1f} hours with pictures")
    if found.cut_short:
        print("older decisions of that time were left out: there are too many, name a shorter time")
    if found.others:
        print(f"{found.others} decisions of models with other scores were left out")
    _show_changes(found.total)
    for camera in found.cameras:
        own = " (its own)" if camera.own_threshold else ""
        cut = f"threshold {camera.threshold_then:g}{own} as served, {camera.threshold_now:g} tried"
        print(f"\n{camera.camera_id or 'without camera'}: {cut}")
        _show_changes(camera.changes)


def _show_changes(changes: Changes) -> None:
    _show_changed(changes.changed)
    print(
        f"  alarms an hour: {changes.alarms_an_hour_then:.3g} then, {changes.alarms_an_hour_now:.3g} now "
        f"({changes.alarms_then} and {changes.alarms_now} by the rule of confirmation)"
    )
    _show_reviews(changes)


def _show_tally(tally: RescoringTally) -> None:
    print(f"{tally.seen} decisions: {tally.judged} pictures judged again, {tally.picture_gone} pictures are not kept,")
    print(f"{tally.as_before} stay as they are, since no model plays a part in them")
    _show_changed(tally.changed)
    _show_reviews(tally)
    print("alarms an hour are not told: of good wells only a share of the pictures is kept")


def _show_changed(changed: Mapping[Verdict, Mapping[Verdict, int]]) -> None:
    for then, row in changed.items():
        for now, number in row.items():
            if number:
                print(f"  {then} -> {now}: {number}")


def _show_reviews(counts: Changes | RescoringTally) -> None:
    print(
        f"  of {counts.leaks_reviewed} reviewed leaks missed: {counts.leaks_missed_then} then, "
        f"{counts.leaks_missed_now} now; of {counts.good_reviewed} reviewed good ones alarming: "
        f"{counts.good_alarming_then} then, {counts.good_alarming_now} now"
    )

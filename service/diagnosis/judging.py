"""Checks of what verdicts hang on: artefact, cameras and their layouts, the times that cameras state, keys."""

import asyncio
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress

from service.contract.alignment.aligner import open_aligner
from service.contract.artifact import open_artifact
from service.contract.errors import LeakInspectionError
from service.diagnosis.finding import Finding, failed, ok, skipped, warning
from service.edge.access import Role, read_keys
from service.judging.active_choice import ActiveChoice
from service.judging.armings import Armings
from service.judging.proving import challenge
from service.judging.recorded_choices import choices_on_record
from service.judging.serving import open_serving
from service.monitoring.cameras_file import Camera, read_cameras
from service.monitoring.shift.watch import FILE as SHIFT
from service.record.database.engine import Database, sqlite_engine
from service.record.queries.records import ask_once
from service.record.queries.search import DecisionFilter
from service.settings import Settings


def check_artifact(settings: Settings) -> Finding:
    """Whether the artefact is whole and scores its golden pictures right on this machine."""
    try:
        choice = _choice(settings)
        folder = choice.folder_of(choice.wanted())
        result = challenge(open_serving(folder, settings))
    except LeakInspectionError as error:
        return failed("artefact", str(error), "deploy a whole artefact, or set LEAK_INSPECTION_ARTIFACTS")
    if not result.ok:
        return failed("artefact", f"{folder.name}: {result.problem}", "deploy it again, or another one")
    return ok("artefact", f"{folder.name}: {len(result.pictures)} golden pictures get their scores")


def check_keys(settings: Settings) -> Finding:
    """Whether somebody has a key for each role, and nobody else can read them."""
    path = settings.keys_file
    if path is None:
        return ok("keys", f"none are needed on {settings.publish or settings.host}")
    try:
        keys = read_keys(path)
    except LeakInspectionError as error:
        return failed("keys", str(error), "correct the keys file")
    missing = ", ".join(sorted(role.name.lower() for role in {*Role} - {*keys.roles.values()}))
    if stat.S_IMODE(path.stat().st_mode) & stat.S_IROTH:
        return warning("keys", f"everybody on this machine can read {path}", f"chmod o-r {path}")
    if missing:
        return warning("keys", f"nobody has the role {missing}", "add a key for it to the keys file, if it is meant")
    return ok("keys", f"{len(keys.roles)} keys, one or more for each role")


def check_cameras(settings: Settings) -> Iterator[Finding]:
    """Whether each camera's layout lies on a reference that can be found again, and its cut is one that counts."""
    try:
        cameras = read_cameras(settings.cameras_file)
    except LeakInspectionError as error:
        yield failed("cameras", str(error), "correct the cameras file")
        return
    if not cameras:
        yield skipped("cameras", "no cameras file: silence is told of no camera, and only crops can be sent")
    for camera_id, camera in cameras.items():
        yield _camera(settings, camera_id, camera)
        yield _times(settings, camera_id)
    yield _commissioning(settings, cameras)


def _camera(settings: Settings, camera_id: str, camera: Camera) -> Finding:
    check = f"camera {camera_id}"
    if camera.layout is None or settings.cameras_file is None:
        return ok(check, f"{len(camera.wells)} wells, sent as crops: it has no layout")
    try:
        aligner = open_aligner(camera.layout, settings.cameras_file.parent, settings.max_pixels)
    except LeakInspectionError as error:
        return failed(check, str(error), "make its layout again: leak-inspection layout")
    width, height = aligner.size
    return ok(check, f"{len(camera.layout.wells)} wells on a reference of {width} x {height}, which can be found again")


def _commissioning(settings: Settings, cameras: Mapping[str, Camera]) -> Finding:
    """Whether each cut that somebody gave a camera is one for the scores of what is served."""
    check = "commissioning"
    try:
        armings = Armings(settings.data_dir, cameras)
    except LeakInspectionError as error:
        return failed(check, str(error), "restore the file, or remove it and commission its cameras again")
    choice = _choice(settings)
    try:
        artifact = open_artifact(choice.folder_of(choice.wanted()))
    except LeakInspectionError:
        return skipped(check, "there is no artefact to compare with")
    outdated = armings.outdated(artifact)
    if outdated:
        why = f"armed with another artefact than {artifact.id} or above its known leaks: its threshold counts"
        text = f"{', '.join(outdated)}: {why}"
        return warning(check, text, f"leak-inspection commission {outdated[0]}")
    return ok(check, f"{len(armings.thresholds(artifact))} cameras have a cut of their own")


def check_stored_state(settings: Settings) -> Finding:
    """Whether the files of what people chose are there, and say what the record says."""
    check = "stored state"
    if not settings.journal_path.is_file():
        return skipped(check, "nothing is on record yet")
    try:
        recorded = choices_on_record(settings.journal_path)
        choice = ActiveChoice(settings.artifacts, settings.data_dir, recorded.activated)
        armings = Armings(settings.data_dir, read_cameras(settings.cameras_file))
        choice.wanted()
    except LeakInspectionError as error:
        return failed(check, str(error), "see the runbook: LeakInspectionStateLost")
    armings.recall(recorded.armings)
    doubts = choice.doubts() | armings.doubts()
    shift = settings.data_dir / SHIFT
    if recorded.activated is not None and not shift.exists():
        doubts[SHIFT] = "it is gone: the watch over shift will begin anew"
    aside = ", ".join(sorted(path.name for path in settings.data_dir.glob(f"{SHIFT}.damaged-*")))
    if aside:
        doubts[aside] = "it could not be read and was set aside: remove it, once you know why"
    if doubts:
        said = "; ".join(f"{name}: {text}" for name, text in doubts.items())
        return warning(check, said, "start the service, and restore them: POST /v1/stored-state/restore")
    return ok(check, "artefact and cameras are as the record has them")


def _choice(settings: Settings) -> ActiveChoice:
    """What is to be served, with the record as a witness where it can be read."""
    choice = ActiveChoice(settings.artifacts, settings.data_dir)
    with suppress(LeakInspectionError):
        choice.recorded = choices_on_record(settings.journal_path).activated
    return choice


def _times(settings: Settings, camera_id: str) -> Finding:
    """Whether the clock of a camera agrees with this one, by its newest decision on record."""
    check = f"clock of {camera_id}"
    if not settings.journal_path.is_file():
        return skipped(check, "nothing is on record yet")
    try:
        journal = Database(sqlite_engine(settings.journal_path))
        wanted = DecisionFilter(camera_id=camera_id)
        page = asyncio.run(ask_once(journal, lambda records: records.page(wanted, 1, None)))
    except LeakInspectionError as error:
        return warning(check, str(error), "see the runbook: the record cannot be read")
    decision = next(iter(page.decisions), None)
    if decision is None or decision.captured_at is None:
        return skipped(check, "it has sent nothing yet" if decision is None else "it sends no captured_at")
    ahead_s = (decision.captured_at - decision.received_at).total_seconds()
    text = f"{ahead_s:+.1f} s against this one, at its picture of {decision.received_at:%Y-%m-%d %H:%M} UTC"
    if ahead_s > settings.future_after_s or -ahead_s > settings.stale_after_s:
        return failed(check, text, "set the camera's clock (NTP): its pictures are called stale or future")
    return ok(check, text)

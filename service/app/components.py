"""Every part of the service, made from the settings; nothing is opened and nothing runs yet."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from secrets import token_bytes
from time import monotonic, time

from prometheus_client import CollectorRegistry

from service.app.commissioning import made_commissioning
from service.app.followers import out_of_reach, retentions_of, shared_database, sinks_of
from service.app.plugs import grpc_plugs, made_plugs
from service.app.shadow import made_shadow, observers, source_of_scores
from service.app.streams import aligners_of, pulled_cameras, stream_problems
from service.app.what_if import made_rescoring
from service.contract.run_limit import RunLimit
from service.control_room.board import Board
from service.control_room.commissioning.arming_record import ArmingRecord
from service.control_room.heatmap import Heatmaps
from service.control_room.live_events import LiveEvents
from service.control_room.operator_actions import OperatorActions
from service.control_room.restoring import Restoring
from service.control_room.what_if.desk import WhatIfDesk
from service.control_room.what_if.reading_process import read_beside
from service.edge.access import Access, Role, read_keys
from service.edge.admission import Admission
from service.edge.arrivals import Arrivals
from service.edge.intake import Intake
from service.edge.sessions import Sessions, kept_secret
from service.frame_inspector import FrameInspector
from service.inspector import Inspector
from service.judging.active_choice import ActiveChoice
from service.judging.armings import Armings
from service.judging.model_switch import MODEL_CHECK, SELF_TEST_CHECK, ModelSwitch
from service.judging.pixel_budget import PixelBudget
from service.judging.serving import SOFTWARE_VERSION, open_serving
from service.judging.workers import JudgingWorkers
from service.monitoring.alarms.desk import AlarmDesk
from service.monitoring.alarms.layer import AlarmLayer
from service.monitoring.cadence import Cadence
from service.monitoring.cameras_file import Camera, read_cameras
from service.monitoring.drift import DriftMonitor
from service.monitoring.freshness import FreshnessMonitor
from service.monitoring.incidents import IncidentMonitor, Source
from service.monitoring.misaligned_cameras import MisalignedCameras
from service.monitoring.monitor import Monitor
from service.monitoring.overload import Overload
from service.monitoring.readiness import Readiness
from service.monitoring.shift.watch import ShiftWatch
from service.monitoring.stored_state import StoredState
from service.plugs.plug import RunningPlug
from service.record.archive.archive import Archive
from service.record.clock import CLOCK_FILE, RecordClock
from service.record.database.engine import Database
from service.record.event_outbox import EventOutbox, note
from service.record.followers.follower import Follower
from service.record.followers.other_replicas import OtherReplicas
from service.record.journal.journal import Journal
from service.record.queries.records import Records, SharedRecords
from service.record.recorder import Recorder
from service.record.retention.retention import Retention
from service.routes.needs import Needs
from service.settings import Settings
from service.streams.pulled_camera import PulledCamera
from service.telemetry.alarm_metrics import AlarmMetrics
from service.telemetry.metrics import ServiceMetrics

JOURNAL_CHECK = "journal"
READING_PATIENCE_S = 5.0
"""Callers and proxies wait longer for an answer, but not for every table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Components(Needs):
    """What routes need, and what only the lifespan knows.

    ``shared`` is the PostgreSQL that replicas share and ``other_replicas`` what the others write there, where one is
    set; ``many`` is the way in of all that brings many pictures; ``hung`` is called from a thread when the event loop
    or an inference hangs for good.
    """

    run_limit: RunLimit
    workers: Executor
    inspector: Inspector
    many: Intake
    armings: Armings
    freshness: FreshnessMonitor
    monitor: Monitor
    plugs: Sequence[RunningPlug]
    pulled: Sequence[PulledCamera]
    retentions: Sequence[Retention]
    clock: RecordClock
    shared: Database | None
    other_replicas: OtherReplicas | None
    hung: Callable[[str], None]


def compose(settings: Settings, readiness: Readiness, hung: Callable[[str], None]) -> Components:
    """Make every part.

    Raises:
        SetupError: a file named in the settings cannot be read, or the database URL is not one of PostgreSQL.
    """
    cameras = read_cameras(settings.cameras_file)
    intervals_s = {camera_id: camera.interval_s for camera_id, camera in cameras.items()}
    metrics = ServiceMetrics(CollectorRegistry(), SOFTWARE_VERSION, settings.revision, intervals_s)
    journal = Journal(settings.journal_path, settings.journal, metrics.record.failures.inc)
    archive = Archive(settings.pictures_folder, settings.archive, metrics.record.archive_failures.inc)
    run_limit = RunLimit(settings.inference_limit_s)
    choice = ActiveChoice(settings.artifacts, settings.data_dir)
    armings = Armings(settings.data_dir, cameras)
    open_folder = partial(open_serving, settings=settings, limit=run_limit, cameras=cameras, armings=armings)
    models = ModelSwitch(choice, open_folder, readiness, metrics, partial(note, journal))
    alarms = AlarmDesk(AlarmLayer(settings.alarm))
    monitor = _monitor(settings, cameras, models, metrics, alarms)
    stale_after_s = min(settings.stale_after_s, settings.max_age_s or settings.stale_after_s)
    freshness = FreshnessMonitor(settings.frozen_after_s, stale_after_s, settings.future_after_s)
    workers = ThreadPoolExecutor(settings.worker_threads, thread_name_prefix="judge")
    budget = PixelBudget(settings.max_pixels)
    judging = JudgingWorkers(workers, budget, run_limit, settings.stuck_after_s)
    aligners = aligners_of(settings, cameras)
    misaligned = MisalignedCameras(metrics.registry, aligners)
    shadow = made_shadow(settings, cameras, armings, models, archive, metrics, journal)
    shift = ShiftWatch(source_of_scores(models), settings.shift, settings.data_dir, time())
    recorder = Recorder(journal, archive.keep, monitor, metrics, observers(shift, shadow))
    shared = shared_database(settings)
    own_records = Records(journal.database)
    records = own_records if shared is None else SharedRecords(shared, own_records)
    read = partial(read_beside, records, (shared or journal.database).url)
    longest_days = max(*settings.journal.retention.days.values(), *settings.archive.retention.days.values())
    clock = RecordClock(settings.data_dir / CLOCK_FILE, lambda: journal.newest_at, timedelta(days=longest_days))
    access = _access(settings)
    plugs = made_plugs(settings, cameras, access, journal, own_records, readiness)
    followers = [Follower(journal, sink) for sink in [*sinks_of(journal, settings, metrics), *plugs.sinks]]
    incidents = [*_incident_sources(metrics, readiness, followers), journal.problems, clock.problems, shadow.problems]
    inspector = Inspector(models, freshness, recorder, judging)
    frames = FrameInspector(aligners, models, inspector, judging, misaligned, archive)
    many = _intake_of_many(settings, access, cameras)
    plugs.running.extend(grpc_plugs(settings, inspector, models, access, many, readiness, metrics))
    pulled = pulled_cameras(settings, cameras, frames, metrics.registry)
    board = Board(cameras)
    both = own_records, records
    commissioning = made_commissioning(settings, cameras, armings, models, both, journal, board, frames, metrics)
    stored = StoredState(metrics.registry, [models.doubts, armings.doubts, shift.doubts])
    restoring = Restoring(stored.doubts, models, choice.pins, armings, ArmingRecord(armings, journal), shift)
    incidents += [commissioning.problems, stored.problems, misaligned.problems, partial(stream_problems, pulled)]
    incidents += [plug.problems for plug in plugs.running]
    components = Components(
        settings=settings,
        cameras=cameras,
        access=access,
        protected=settings.protect_health_and_metrics,
        metrics=metrics,
        readiness=readiness,
        run_limit=run_limit,
        models=models,
        shadow=shadow,
        shift=shift,
        workers=workers,
        inspector=inspector,
        many=many,
        frame_inspector=frames,
        freshness=freshness,
        monitor=monitor,
        alarms=alarms,
        incidents=IncidentMonitor(incidents),
        journal=journal,
        archive=archive,
        event_outbox=EventOutbox(journal),
        followers=followers,
        plugs=plugs.running,
        pulled=pulled,
        retentions=retentions_of(journal, settings, followers),
        clock=clock,
        shared=shared,
        other_replicas=None if shared is None else OtherReplicas(shared, settings.replica),
        own_records=own_records,
        records=records,
        live_events=LiveEvents(board, journal.watch),
        commissioning=commissioning,
        operator_actions=OperatorActions(journal, records, alarms),
        heatmaps=Heatmaps(settings.artifacts, settings.max_pixels, choice.made),
        what_if=WhatIfDesk(records, settings.alarm, models.current, choice.same_scores, READING_PATIENCE_S, read),
        rescoring=made_rescoring(settings, cameras, armings, choice, records),
        restoring=restoring,
        armings=armings,
        hung=hung,
    )
    _show(components)
    return components


def _access(settings: Settings) -> Access:
    if settings.keys_file is None:
        return Access({}, Sessions(token_bytes()))
    keys = read_keys(settings.keys_file)
    return Access(keys.roles, Sessions(keys.session_secret or kept_secret(settings.data_dir)))


def _intake_of_many(settings: Settings, access: Access, cameras: Mapping[str, Camera]) -> Intake:
    """Whole frames and batches have places of their own: few of them fill the memory."""
    places, share = settings.max_batches_in_flight, settings.client_share
    arrivals, admission = Arrivals(places, share, cameras), Admission(places, share)
    return Intake(Role.CAMERA, access, arrivals, admission, settings.max_batch_bytes, settings.deadline_s)


def _monitor(
    settings: Settings, cameras: Mapping[str, Camera], models: ModelSwitch, metrics: ServiceMetrics, alarms: AlarmDesk
) -> Monitor:
    return Monitor(
        alarms,
        Cadence(cameras, monotonic(), alone=settings.replicas == 1),
        DriftMonitor(lambda: models.current().artifact.manifest.drift, settings.drift_spacing_s, cameras),
        metrics.cameras,
    )


def _incident_sources(metrics: ServiceMetrics, readiness: Readiness, followers: Sequence[Follower]) -> list[Source]:
    overload = Overload(lambda: metrics.refused)
    return [overload.problems, readiness.problems, partial(out_of_reach, followers)]


def _show(components: Components) -> None:
    """Tie the metrics to what they are read from, and let readiness be red until each check has been made."""
    metrics, settings, readiness = components.metrics, components.settings, components.readiness
    metrics.wanted_replicas.set(settings.replicas)
    metrics.ready.set_function(lambda: readiness.ready)
    AlarmMetrics(metrics.registry, components.alarms.figures)
    metrics.record.journal_limit_bytes.set(settings.journal.max_bytes)
    metrics.record.journal_bytes.set_function(lambda: components.retentions[0].bytes_used)
    metrics.record.damaged_journals.set_function(lambda: len(components.journal.damaged))
    metrics.record.deletion_paused.set_function(lambda: components.clock.paused)
    metrics.record.archive_limit_bytes.set(settings.archive.max_bytes)
    metrics.record.archive_bytes.set_function(lambda: components.archive.bytes)
    for follower in components.followers:
        metrics.record.follows(follower)
    for check in (MODEL_CHECK, SELF_TEST_CHECK, JOURNAL_CHECK):
        readiness.set(check, "starting")

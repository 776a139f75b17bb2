"""The composition root: the only place where the parts of the service meet."""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from time import monotonic

from fastapi.exceptions import RequestValidationError
from fastapi_offline import FastAPIOffline
from prometheus_client import CollectorRegistry
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from service.contract.errors import LeakInspectionError
from service.contract.manifest import GateLimits
from service.contract.run_limit import RunLimit
from service.edge.access import Access, Role, read_keys
from service.edge.admission import Admission
from service.edge.errors import answer_http_exception, answer_invalid_request, answer_problem
from service.edge.middleware import Handler, OuterMiddleware
from service.edge.trusted_proxies import TrustedProxies
from service.inspector import Inspector
from service.judging.judge import challenge
from service.judging.model_switch import MODEL_CHECK, SELF_TEST_CHECK, ModelSwitch
from service.judging.serving import SOFTWARE_VERSION, open_serving
from service.lifecycle import JOURNAL_CHECK, lifespan
from service.monitoring.alarms import AlarmLayer
from service.monitoring.cadence import Cadence, Expected
from service.monitoring.cameras_file import Camera, read_cameras
from service.monitoring.drift import DriftMonitor
from service.monitoring.freshness import FreshnessMonitor
from service.monitoring.incidents import IncidentMonitor
from service.monitoring.monitor import Monitor
from service.monitoring.overload import Overload
from service.monitoring.readiness import Readiness
from service.parts import Parts
from service.record.archive.archive import Archive
from service.record.event_outbox import EventOutbox, note
from service.record.journal.journal import Journal
from service.record.recorder import Recorder
from service.record.setup import archive_folder, journal_path
from service.routes import decisions, events, health, model, openapi, operator, wells
from service.routes.inspection.handlers import BatchHandler, InspectHandler, Limits
from service.settings import Settings
from service.telemetry.logs import RequestLog
from service.telemetry.metrics import ServiceMetrics

DESCRIPTION = "Finds leaks in the wells of aluminium casting tables by the reconstruction error of an autoencoder."


def create_app(
    settings: Settings, readiness: Readiness | None = None, hung: Callable[[str], None] | None = None
) -> ASGIApp:
    """Build the whole service; nothing is opened before the ASGI lifespan starts.

    Outermost, a caller gets the address, the scheme and the prefix that a trusted proxy states: places are shared out
    by address, a session begun on TLS stays there, and addresses in answers lead back through the proxy.

    Args:
        settings: all of them.
        readiness: the checks, for a caller who has one of its own to add.
        hung: called from a thread when the event loop or an inference hangs for good; should end the process.

    Raises:
        SetupError: a file named in the settings cannot be read.
    """
    parts = _compose(settings, readiness or Readiness(), hung or logging.getLogger("service").critical)
    app = FastAPIOffline(
        title="leak-inspection",
        version=SOFTWARE_VERSION,
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.state.parts = parts
    for part in (health, model, decisions, wells, events, operator):
        app.include_router(part.router)
    operator.mount_page(app)
    openapi.mount_docs(app)
    app.add_exception_handler(LeakInspectionError, answer_problem)
    app.add_exception_handler(HTTPException, answer_http_exception)
    app.add_exception_handler(RequestValidationError, answer_invalid_request)
    app.add_exception_handler(Exception, answer_problem)
    app.openapi = partial(openapi.document, app)  # type: ignore[method-assign]  # the hook FastAPI documents for this
    handlers = _handlers(parts, settings)
    log = RequestLog(logging.getLogger("service.requests"), settings.log.good_share)
    front = OuterMiddleware(app, handlers, parts.metrics, log)
    return TrustedProxies(front, settings.trusted_proxies)


def _handlers(parts: Parts, settings: Settings) -> dict[str, Handler]:
    limits = Limits(
        settings.max_body_bytes,
        settings.max_batch_bytes,
        settings.max_batch_crops,
        settings.deadline_s,
        settings.max_age_s,
    )
    inspector, access = parts.inspector, parts.access
    crops = Admission(settings.max_in_flight, settings.client_share)
    batches = Admission(settings.max_batches_in_flight, settings.client_share)
    return {
        "/v1/inspect": InspectHandler(inspector.inspect, Role.CAMERA, access, crops, limits),
        "/v1/inspect/batch": BatchHandler(inspector, access, batches, limits),
        "/v1/trial": InspectHandler(inspector.try_out, Role.OPERATOR, access, crops, limits),
    }


def _compose(settings: Settings, readiness: Readiness, hung: Callable[[str], None]) -> Parts:
    access = Access(read_keys(settings.keys_file) if settings.keys_file else {})
    cameras = read_cameras(settings.cameras_file)
    intervals_s = {camera_id: camera.interval_s for camera_id, camera in cameras.items()}
    metrics = ServiceMetrics(CollectorRegistry(), SOFTWARE_VERSION, settings.revision, intervals_s)
    metrics.wanted_replicas.set(settings.replicas)
    metrics.ready.set_function(lambda: readiness.ready)
    for check in (MODEL_CHECK, SELF_TEST_CHECK, JOURNAL_CHECK):
        readiness.set(check, "starting")
    journal = Journal(journal_path(settings), settings.journal, metrics.record.failures.inc)
    archive = Archive(archive_folder(settings).root, settings.archive, metrics.record.archive_failures.inc)
    metrics.record.journal_limit_bytes.set(settings.journal.max_bytes)
    metrics.record.archive_limit_bytes.set(settings.archive.max_bytes)
    metrics.record.archive_bytes.set_function(lambda: archive.bytes)
    run_limit = RunLimit(settings.inference_limit_s)
    models = ModelSwitch(
        settings.artifacts,
        settings.data_dir,
        partial(open_serving, threads=settings.scorer_threads, limit=run_limit, overrides=_gate_overrides(cameras)),
        partial(challenge, max_pixels=settings.max_pixels),
        readiness,
        metrics,
        partial(note, journal),
    )
    monitor = Monitor(
        AlarmLayer(settings.alarm),
        Cadence(_expected(cameras), monotonic(), alone=settings.replicas == 1),
        DriftMonitor(lambda: models.current().artifact.manifest.drift, settings.drift_spacing_s, cameras),
        metrics.cameras,
    )
    stale_after_s = min(settings.stale_after_s, settings.max_age_s or settings.stale_after_s)
    watch = FreshnessMonitor(settings.frozen_after_s, stale_after_s, settings.future_after_s)
    workers = ThreadPoolExecutor(settings.worker_threads, thread_name_prefix="judge")
    recorder = Recorder(journal, archive.keep, monitor, metrics)
    inspector = Inspector(models, watch, recorder, workers, settings.max_pixels, settings.stuck_after_s)
    return Parts(
        settings=settings,
        access=access,
        metrics=metrics,
        readiness=readiness,
        models=models,
        journal=journal,
        archive=archive,
        monitor=monitor,
        event_outbox=EventOutbox(journal),
        incidents=IncidentMonitor([Overload(lambda: metrics.refused).problems, readiness.problems]),
        watch=watch,
        inspector=inspector,
        workers=workers,
        cameras=cameras,
        run_limit=run_limit,
        hung=hung,
    )


def _gate_overrides(cameras: Mapping[str, Camera]) -> dict[str, GateLimits]:
    return {camera_id: camera.gate for camera_id, camera in cameras.items() if camera.gate is not None}


def _expected(cameras: Mapping[str, Camera]) -> dict[str, Expected]:
    return {camera_id: Expected(camera.interval_s, camera.wells) for camera_id, camera in cameras.items()}

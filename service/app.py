"""The composition root: the only place where the parts of the service meet."""

import asyncio
import logging
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from functools import partial

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi_offline import FastAPIOffline
from prometheus_client import CollectorRegistry
from starlette.exceptions import HTTPException

from service import openapi
from service.access import Access, read_keys
from service.admission import Admission
from service.cameras import read_cameras
from service.contract.errors import LeakInspectionError, NotReady
from service.errors import answer_http_exception, answer_invalid_request, answer_problem
from service.front import Front, Lane
from service.inspector import Inspector
from service.judging import challenge
from service.logs import RequestLog
from service.metrics import Metrics
from service.model_switch import MODEL_CHECK, SELF_TEST_CHECK, ModelSwitch
from service.parts import Parts
from service.readiness import Readiness
from service.recorder import Recorder
from service.routes import health, model
from service.routes.inspections import BatchLane, InspectLane, Limits
from service.serving import SOFTWARE_VERSION, open_serving
from service.settings import Settings
from service.store.journal import Journal, JournalOptions

JOURNAL_FILE = "journal.sqlite3"
JOURNAL_CHECK = "journal"
JOURNAL_WATCH_S = 0.5
DESCRIPTION = "Finds leaks in the wells of aluminium casting tables by the reconstruction error of an autoencoder."


def create_app(settings: Settings, readiness: Readiness | None = None) -> Front:
    """Build the whole service; nothing is opened before the ASGI lifespan starts.

    Args:
        settings: all of them.
        readiness: the checks, for a caller who has one of its own to add.

    Raises:
        SetupError: a file named in the settings cannot be read.
    """
    parts = _compose(settings, readiness or Readiness())
    app = FastAPIOffline(
        title="leak-inspection", version=SOFTWARE_VERSION, description=DESCRIPTION, lifespan=_lifespan, redoc_url=None
    )
    app.state.parts = parts
    app.include_router(health.router)
    app.include_router(model.router)
    app.add_exception_handler(LeakInspectionError, answer_problem)
    app.add_exception_handler(HTTPException, answer_http_exception)
    app.add_exception_handler(RequestValidationError, answer_invalid_request)
    app.add_exception_handler(Exception, answer_problem)
    app.openapi = partial(openapi.document, app)  # type: ignore[method-assign]  # the hook FastAPI documents for this
    limits = Limits(settings.max_body_bytes, settings.max_batch_bytes, settings.max_batch_crops, settings.deadline_s)
    lanes: dict[str, Lane] = {
        "/v1/inspect": InspectLane(parts.inspector, parts.access, Admission(settings.max_in_flight), limits),
        "/v1/inspect/batch": BatchLane(
            parts.inspector, parts.access, Admission(settings.max_batches_in_flight), limits
        ),
    }
    log = RequestLog(logging.getLogger("service.requests"), settings.log_good_share)
    return Front(app, lanes, parts.metrics, log)


def _compose(settings: Settings, readiness: Readiness) -> Parts:
    access = Access(read_keys(settings.keys_file) if settings.keys_file else {})
    cameras = read_cameras(settings.cameras_file)
    intervals_s = {camera_id: camera.interval_s for camera_id, camera in cameras.items()}
    metrics = Metrics(CollectorRegistry(), SOFTWARE_VERSION, settings.revision, intervals_s)
    metrics.wanted_replicas.set(settings.replicas)
    metrics.ready.set_function(lambda: readiness.ready)
    for check in (MODEL_CHECK, SELF_TEST_CHECK, JOURNAL_CHECK):
        readiness.set(check, "starting")
    models = ModelSwitch(
        settings.artifacts,
        settings.data_dir,
        partial(open_serving, threads=settings.scorer_threads),
        partial(challenge, max_pixels=settings.max_pixels),
        readiness,
        metrics,
    )
    journal = Journal(settings.data_dir / JOURNAL_FILE, _journal_options(settings), metrics.record.failures.inc)
    recorder = Recorder(journal, metrics)
    workers = ThreadPoolExecutor(settings.worker_threads, thread_name_prefix="judge")
    inspector = Inspector(models, recorder, workers, settings.max_pixels)
    return Parts(settings, access, metrics, readiness, models, journal, inspector, workers)


def _journal_options(settings: Settings) -> JournalOptions:
    return JournalOptions(
        strict=settings.journal_strict, linger_s=settings.journal_linger_s, most_pending=settings.journal_most_pending
    )


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    parts: Parts = app.state.parts
    await parts.journal.open()
    parts.readiness.set(JOURNAL_CHECK, parts.journal.why)
    await parts.models.follow()
    async with asyncio.TaskGroup() as background:
        tasks = [background.create_task(task(parts)) for task in (_watch_model, _watch_journal, _self_test)]
        yield
        for task in tasks:
            task.cancel()
    await parts.journal.close()
    parts.workers.shutdown()


async def _watch_model(parts: Parts) -> None:
    while True:
        await asyncio.sleep(parts.settings.watch_interval_s)
        await parts.models.follow()


async def _watch_journal(parts: Parts) -> None:
    while True:
        await asyncio.sleep(JOURNAL_WATCH_S)
        parts.readiness.set(JOURNAL_CHECK, parts.journal.why)


async def _self_test(parts: Parts) -> None:
    settings = parts.settings
    while True:
        await asyncio.sleep(settings.self_test_interval_s if parts.readiness.ready else settings.self_test_retry_s)
        with suppress(NotReady):
            await parts.models.self_test()

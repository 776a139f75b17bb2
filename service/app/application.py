"""The ASGI application around the components: routes, fast handlers, errors, middleware."""

import logging
from collections.abc import Callable
from functools import partial

from fastapi.exceptions import RequestValidationError
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from service.app.components import Components, compose
from service.app.lifespan import lifespan
from service.contract.errors import LeakInspectionError
from service.edge.access import Role
from service.edge.admission import Admission
from service.edge.arrivals import Arrivals
from service.edge.errors import answer_http_exception, answer_invalid_request, answer_problem
from service.edge.intake import Intake
from service.edge.middleware import Handler, OuterMiddleware
from service.edge.same_origin import SameOrigin
from service.edge.trusted_proxies import TrustedProxies
from service.judging.serving import SOFTWARE_VERSION
from service.monitoring.readiness import Readiness
from service.plugs.oip.handler import InferHandler
from service.plugs.oip.models import OpenInferenceRoutes
from service.routes import alarms, cameras, commissioning, health, model, openapi, operator, shadow, stored_state, wells
from service.routes.inspection.handlers import BatchHandler, FrameHandler, InspectHandler
from service.routes.record import decisions, events, report
from service.routes.studies import gauge, what_if
from service.settings import Settings
from service.telemetry.logs import RequestLog

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
    components = compose(settings, readiness or Readiness(), hung or logging.getLogger("service").critical)
    app = FastAPIOffline(
        title="leak-inspection",
        version=SOFTWARE_VERSION,
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.state.needs = components
    records = (decisions, wells, alarms, report, what_if, gauge, events)
    for routes in (health, model, shadow, stored_state, cameras, commissioning, *records, operator):
        app.include_router(routes.router)
    if settings.oip.enabled:
        app.include_router(_open_inference(components).router())
    operator.mount_page(app)
    openapi.mount_docs(app)
    app.add_exception_handler(LeakInspectionError, answer_problem)
    app.add_exception_handler(HTTPException, answer_http_exception)
    app.add_exception_handler(RequestValidationError, answer_invalid_request)
    app.add_exception_handler(Exception, answer_problem)
    app.openapi = partial(openapi.document, app)  # type: ignore[method-assign]  # the hook FastAPI documents for this
    log = RequestLog(logging.getLogger("service.requests"), settings.log.good_share)
    same_origin = SameOrigin(_names(settings) if components.access.open else None)
    outer = OuterMiddleware(app, _handlers(components), same_origin, components.readiness, components.metrics, log)
    return TrustedProxies(outer, settings.trusted_proxies)


def _names(settings: Settings) -> list[str]:
    named = (name.strip() for name in (settings.names or "").split(","))
    return [name for name in (settings.host, settings.publish, *named) if name]


def _open_inference(components: Components) -> OpenInferenceRoutes:
    protected = components.protected
    return OpenInferenceRoutes(components.models, components.readiness, components.access, protected=protected)


def _handlers(components: Components) -> Callable[[str], Handler | None]:
    inspector, frames, settings = components.inspector, components.frame_inspector, components.settings
    crops, many = _crops_intake(components), components.many
    max_age_s = settings.max_age_s
    fixed: dict[str, Handler] = {
        "/v1/inspect": InspectHandler(crops(Role.CAMERA), inspector.inspect, max_age_s),
        "/v1/inspect/batch": BatchHandler(many, inspector.inspect_batch, max_age_s, settings.max_batch_crops),
        "/v1/inspect/frame": FrameHandler(many, frames.inspect, frames.aligner, max_age_s),
        "/v1/trial": InspectHandler(crops(Role.OPERATOR), inspector.try_out, max_age_s),
    }
    if not settings.oip.enabled:
        return fixed.get
    infer = InferHandler(many, inspector, components.models, settings)
    return lambda path: fixed.get(path) or infer.find(path)


def _crops_intake(components: Components) -> Callable[[Role], Intake]:
    """The way in for crops, by the role that is needed."""
    settings, access = components.settings, components.access
    admission = Admission(settings.max_in_flight, settings.client_share)
    arrivals = Arrivals(settings.max_in_flight, settings.client_share, components.cameras)
    limit, deadline_s = settings.max_body_bytes, settings.deadline_s
    return lambda role: Intake(role, access, arrivals, admission, limit, deadline_s)

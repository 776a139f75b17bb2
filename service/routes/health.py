"""``/health/live``, ``/health/ready`` and ``/metrics``: what orchestrators and Prometheus ask."""

from fastapi import APIRouter, Request, Response

from service.edge.errors import NOT_READY, problem
from service.routes.needs import WATCHERS_ONLY, MetricsNeed, ReadinessNeed
from service.routes.schemas import Liveness, ReadinessAnswer
from service.telemetry.metrics import CONTENT_TYPE

router = APIRouter(dependencies=[WATCHERS_ONLY])


@router.get("/health/live", operation_id="getLiveness", tags=["health"])
async def live() -> Liveness:
    """Say that the event loop turns; touches no model, disk or network."""
    return Liveness()


@router.get("/health/ready", operation_id="getReadiness", tags=["health"], response_model=ReadinessAnswer)
async def ready(request: Request, readiness: ReadinessNeed) -> ReadinessAnswer | Response:
    """Say whether verdicts are given, and what each check says; 503 while one is red."""
    checks = readiness.checks()
    if readiness.ready:
        return ReadinessAnswer(checks=checks)
    red = problem(
        NOT_READY,
        readiness.first_problem or "draining",
        request.url.path,
        request.scope["request_id"],
        ready=False,
        checks=checks,
    )
    return Response(red.body, red.status, red.headers)


@router.get("/metrics", operation_id="getMetrics", tags=["health"], response_class=Response)
async def exposition(metrics: MetricsNeed) -> Response:
    """Give the metrics in Prometheus's text format."""
    return Response(metrics.exposition(), media_type=CONTENT_TYPE)

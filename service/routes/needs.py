"""What routes need, as annotated aliases: a part of the service, or a role of the caller."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, Request

from service.control_room.heatmap import Heatmaps
from service.control_room.live_events import LiveEvents
from service.control_room.operator_actions import OperatorActions
from service.control_room.read_model import ReadModel
from service.edge.access import Access, Role
from service.judging.model_switch import ModelSwitch
from service.monitoring.incidents import IncidentMonitor
from service.monitoring.readiness import Readiness
from service.parts import Parts
from service.record.archive.archive import Archive
from service.record.journal.journal import Journal
from service.record.queries.records import Records
from service.telemetry.metrics import ServiceMetrics


def _parts(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


def _part(name: str) -> Any:  # noqa: ANN401  # what Depends returns has no type that can be named
    def get(request: Request) -> object:
        return getattr(_parts(request), name)

    return Depends(get)


def _reader(name: str) -> Any:  # noqa: ANN401  # as above
    def get(request: Request) -> object:
        read_model: ReadModel = request.app.state.read_model
        return getattr(read_model, name)

    return Depends(get)


def _role(role: Role) -> Callable[[Request], None]:
    def require(request: Request) -> None:
        _parts(request).access.require(request.scope, role)

    return require


def _watcher(request: Request) -> None:
    parts = _parts(request)
    if parts.settings.protect_health_and_metrics:
        parts.access.require(request.scope, Role.CAMERA)


AccessNeed = Annotated[Access, _part("access")]
MetricsNeed = Annotated[ServiceMetrics, _part("metrics")]
ModelSwitchNeed = Annotated[ModelSwitch, _part("models")]
ReadinessNeed = Annotated[Readiness, _part("readiness")]
IncidentsNeed = Annotated[IncidentMonitor, _part("incidents")]
JournalNeed = Annotated[Journal, _part("journal")]

RecordsNeed = Annotated[Records, _reader("records")]
OwnRecordsNeed = Annotated[Records, _reader("own_records")]
LiveEventsNeed = Annotated[LiveEvents, _reader("live_events")]
OperatorActionsNeed = Annotated[OperatorActions, _reader("operator_actions")]
ArchiveNeed = Annotated[Archive, _reader("archive")]
HeatmapsNeed = Annotated[Heatmaps, _reader("heatmaps")]

OPERATOR_ONLY = Depends(_role(Role.OPERATOR))
ADMIN_ONLY = Depends(_role(Role.ADMIN))
WATCHERS_ONLY = Depends(_watcher)
"""Anybody, unless health and metrics are protected by a setting."""

"""What routes need, as annotated aliases: a part of the service, or a role of the caller.

A new need is a field of ``Needs``, which ``service.app.components`` fills, and an alias.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends, Request

from service.control_room.commissioning.desk import CommissioningDesk
from service.control_room.heatmap import Heatmaps
from service.control_room.live_events import LiveEvents
from service.control_room.operator_actions import OperatorActions
from service.control_room.restoring import Restoring
from service.control_room.what_if.desk import WhatIfDesk
from service.control_room.what_if.rescoring_desk import RescoringDesk
from service.edge.access import Access, Role
from service.frame_inspector import FrameInspector
from service.judging.model_switch import ModelSwitch
from service.judging.shadow.shadow import ShadowModel
from service.monitoring.alarms.desk import AlarmDesk
from service.monitoring.cameras_file import Camera
from service.monitoring.incidents import IncidentMonitor
from service.monitoring.readiness import Readiness
from service.monitoring.shift.watch import ShiftWatch
from service.record.archive.archive import Archive
from service.record.event_outbox import EventOutbox
from service.record.followers.follower import Follower
from service.record.journal.journal import Journal
from service.record.queries.records import Records
from service.settings import Settings
from service.telemetry.metrics import ServiceMetrics

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """Everything that routes may ask for.

    ``own_records`` are those in this replica's journal, in whose sequences live events count. ``protected`` says
    whether health and metrics need a key, too.
    """

    settings: Settings
    cameras: Mapping[str, Camera]
    access: Access
    protected: bool
    metrics: ServiceMetrics
    readiness: Readiness
    models: ModelSwitch
    shadow: ShadowModel
    shift: ShiftWatch
    incidents: IncidentMonitor
    journal: Journal
    archive: Archive
    followers: Sequence[Follower]
    records: Records
    own_records: Records
    event_outbox: EventOutbox
    live_events: LiveEvents
    commissioning: CommissioningDesk
    alarms: AlarmDesk
    operator_actions: OperatorActions
    heatmaps: Heatmaps
    frame_inspector: FrameInspector
    what_if: WhatIfDesk
    rescoring: RescoringDesk
    restoring: Restoring


def _need(choose: Callable[[Needs], T]) -> Callable[[Request], T]:
    def get(request: Request) -> T:
        return choose(request.app.state.needs)

    return get


def _role(role: Role) -> Callable[[Request], None]:
    def require(request: Request) -> None:
        needs: Needs = request.app.state.needs
        needs.access.require(request.scope, role)

    return require


def _watcher(request: Request) -> None:
    needs: Needs = request.app.state.needs
    if needs.protected:
        needs.access.require(request.scope, Role.CAMERA)


SettingsNeed = Annotated[Settings, Depends(_need(lambda needs: needs.settings))]
CamerasNeed = Annotated[Mapping[str, Camera], Depends(_need(lambda needs: needs.cameras))]
AccessNeed = Annotated[Access, Depends(_need(lambda needs: needs.access))]
MetricsNeed = Annotated[ServiceMetrics, Depends(_need(lambda needs: needs.metrics))]
ModelSwitchNeed = Annotated[ModelSwitch, Depends(_need(lambda needs: needs.models))]
ShadowNeed = Annotated[ShadowModel, Depends(_need(lambda needs: needs.shadow))]
ShiftNeed = Annotated[ShiftWatch, Depends(_need(lambda needs: needs.shift))]
ReadinessNeed = Annotated[Readiness, Depends(_need(lambda needs: needs.readiness))]
IncidentsNeed = Annotated[IncidentMonitor, Depends(_need(lambda needs: needs.incidents))]
JournalNeed = Annotated[Journal, Depends(_need(lambda needs: needs.journal))]
FollowersNeed = Annotated[Sequence[Follower], Depends(_need(lambda needs: needs.followers))]
ArchiveNeed = Annotated[Archive, Depends(_need(lambda needs: needs.archive))]
RecordsNeed = Annotated[Records, Depends(_need(lambda needs: needs.records))]
OwnRecordsNeed = Annotated[Records, Depends(_need(lambda needs: needs.own_records))]
EventOutboxNeed = Annotated[EventOutbox, Depends(_need(lambda needs: needs.event_outbox))]
CommissioningNeed = Annotated[CommissioningDesk, Depends(_need(lambda needs: needs.commissioning))]
LiveEventsNeed = Annotated[LiveEvents, Depends(_need(lambda needs: needs.live_events))]
AlarmsNeed = Annotated[AlarmDesk, Depends(_need(lambda needs: needs.alarms))]
OperatorActionsNeed = Annotated[OperatorActions, Depends(_need(lambda needs: needs.operator_actions))]
HeatmapsNeed = Annotated[Heatmaps, Depends(_need(lambda needs: needs.heatmaps))]
FrameInspectorNeed = Annotated[FrameInspector, Depends(_need(lambda needs: needs.frame_inspector))]
WhatIfNeed = Annotated[WhatIfDesk, Depends(_need(lambda needs: needs.what_if))]
RescoringNeed = Annotated[RescoringDesk, Depends(_need(lambda needs: needs.rescoring))]
RestoringNeed = Annotated[Restoring, Depends(_need(lambda needs: needs.restoring))]

OPERATOR_ONLY = Depends(_role(Role.OPERATOR))
ADMIN_ONLY = Depends(_role(Role.ADMIN))
WATCHERS_ONLY = Depends(_watcher)
"""Anybody, unless health and metrics are protected by a setting."""

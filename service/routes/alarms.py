"""``/v1/alarms``: alarms with their states, what people do with them, and how many one operator gets."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query

from service.contract.errors import MalformedField
from service.contract.identifier import Id
from service.control_room.live_views import AlarmList, AlarmView
from service.control_room.urgency import by_urgency
from service.edge.strict_route import StrictRoute
from service.monitoring.alarms.alarm import WAITING, AlarmState
from service.monitoring.alarms.figures import AlarmFigures
from service.routes.needs import OPERATOR_ONLY, AlarmsNeed, OperatorActionsNeed, RecordsNeed, SettingsNeed
from service.routes.record.views import AcknowledgeForm, AcknowledgeManyForm, ShelveForm

router = APIRouter(prefix="/v1/alarms", tags=["alarms"], dependencies=[OPERATOR_ONLY], route_class=StrictRoute)

AlarmId = Annotated[Id, Path()]
Limit = Annotated[int, Query(ge=1, le=1000)]
Open = Annotated[bool, Query(alias="open", description="Those that wait for a person alone, the most urgent first.")]
Standing = Annotated[bool, Query(description="Those that are not over alone, the most urgent first.")]
States = Annotated[list[AlarmState] | None, Query(alias="state", description="Standing ones of these states alone.")]


@router.get("", operation_id="listAlarms")
async def alarms(
    records: RecordsNeed, open_only: Open = False, standing: Standing = False, states: States = None, limit: Limit = 100
) -> AlarmList:
    """List alarms with reason, score and threshold: the newest first, or those that stand by urgency."""
    wanted = WAITING if open_only else frozenset(states or AlarmState)
    if not (open_only or standing or states):
        return AlarmList.of(await records.alarms(limit), limit)
    found = [alarm for alarm in await records.standing_alarms() if alarm.state in wanted]
    return AlarmList.of(sorted(found, key=by_urgency), limit)


@router.get("/figures", operation_id="getAlarmFigures")
async def figures(alarms: AlarmsNeed) -> AlarmFigures:
    """Count this replica's alarms: an hour, at the peak, standing, chattering, beside what one operator can bear."""
    return alarms.figures()


@router.post("/acknowledge", operation_id="acknowledgeAlarms")
async def acknowledge_many(form: AcknowledgeManyForm, actions: OperatorActionsNeed) -> AlarmList:
    """Take note of several alarms with one decision; those that wait for nobody are passed over."""
    taken = await actions.acknowledge(form.alarm_ids, form.operator, form.comment)
    return AlarmList.of(taken, len(taken))


@router.post("/{alarm_id}/acknowledge", operation_id="acknowledgeAlarm")
async def acknowledge(alarm_id: AlarmId, form: AcknowledgeForm, actions: OperatorActionsNeed) -> AlarmView:
    """Take note of an alarm: it holds while the leak lasts, and is over when the well is good again."""
    return AlarmView.of((await actions.acknowledge([alarm_id], form.operator, form.comment))[0])


@router.post("/{alarm_id}/shelve", operation_id="shelveAlarm")
async def shelve(
    alarm_id: AlarmId, form: ShelveForm, actions: OperatorActionsNeed, settings: SettingsNeed
) -> AlarmView:
    """Put an alarm aside for some time; it comes back by itself, and at once if an unknown becomes a leak."""
    time = timedelta(minutes=form.minutes)
    longest_s = settings.alarm.longest_shelf_s
    if time.total_seconds() > longest_s:
        raise MalformedField(f"minutes: at most {longest_s / 60:g} may an alarm be shelved here")
    return AlarmView.of(await actions.shelve(alarm_id, time, form.operator, form.reason))


@router.post("/{alarm_id}/unshelve", operation_id="unshelveAlarm")
async def unshelve(alarm_id: AlarmId, form: AcknowledgeForm, actions: OperatorActionsNeed) -> AlarmView:
    """Take an alarm from the shelf before its time."""
    return AlarmView.of(await actions.unshelve(alarm_id, form.operator, form.comment))

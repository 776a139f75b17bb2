"""Alarms as the journal keeps them: every transition is an event that holds the whole alarm as it is afterwards."""

from dataclasses import replace
from datetime import datetime

from pydantic import JsonValue

from service.contract.decision import Reason, Verdict
from service.contract.journal_entry import Event, EventKind
from service.monitoring.alarms.alarm import Alarm, Transition

FIGURES = ("score", "threshold", "score_ratio")
TIMES = ("raised_at", "acknowledged_at", "shelved_until")
TEXTS = ("acknowledged_by", "shelved_by")
STATE = "state"
"""The field of the payload that older journals lack: there an acknowledgement was the end of an alarm."""


def event_of(transition: Transition) -> Event:
    """Say what happened to an alarm, and by whom."""
    alarm = transition.alarm
    by = {} if transition.operator is None else {"operator": transition.operator, "comment": transition.comment}
    return Event(
        transition.event_id,
        transition.kind,
        alarm.changed_at,
        alarm.camera_id,
        alarm.well_id,
        alarm.decision_id,
        alarm.alarm_id,
        _payload(alarm) | by,
    )


def alarm_after(event: Event, before: Alarm | None = None) -> Alarm:
    """Return the alarm as it is after an event of it; ``before`` is needed for acknowledgements of older journals."""
    if STATE not in event.payload and before is not None and event.kind is EventKind.ALARM_ACKNOWLEDGED:
        operator, comment = (str(event.payload.get(name, "")) for name in ("operator", "comment"))
        return replace(before, active=False).acknowledged(event.at, operator, comment)
    payload = event.payload
    return Alarm(
        alarm_id=event.alarm_id or event.event_id,
        camera_id=event.camera_id,
        well_id=event.well_id,
        changed_at=event.at,
        decision_id=event.decision_id,
        verdict=Verdict(str(payload.get("verdict", Verdict.UNKNOWN))),
        reason=None if payload.get("reason") is None else Reason(str(payload["reason"])),
        score=_number(payload.get("score")),
        threshold=_number(payload.get("threshold")),
        score_ratio=_number(payload.get("score_ratio")),
        active=bool(payload.get("active", True)),
        first_out=bool(payload.get("first_out")),
        occurrences=int(_number(payload.get("occurrences")) or 1),
        chattering=bool(payload.get("chattering")),
        raised_at=_time(payload.get("raised_at")) or event.at,
        acknowledged_at=_time(payload.get("acknowledged_at")),
        acknowledged_by=_text(payload.get("acknowledged_by")),
        comment=_text(payload.get("acknowledgement")) or "",
        shelved_until=_time(payload.get("shelved_until")),
        shelved_by=_text(payload.get("shelved_by")),
        shelf_reason=_text(payload.get("shelf_reason")) or "",
    )


def _payload(alarm: Alarm) -> dict[str, JsonValue]:
    given: dict[str, JsonValue] = {
        STATE: alarm.state.value,
        "verdict": alarm.verdict.value,
        "reason": None if alarm.reason is None else alarm.reason.value,
        **{name: getattr(alarm, name) for name in FIGURES},
        "active": alarm.active,
        "first_out": alarm.first_out,
        "occurrences": alarm.occurrences,
        "chattering": alarm.chattering,
    }
    later = {
        **{name: None if getattr(alarm, name) is None else getattr(alarm, name).isoformat() for name in TIMES},
        **{name: getattr(alarm, name) for name in TEXTS},
        "acknowledgement": alarm.comment or None,
        "shelf_reason": alarm.shelf_reason or None,
    }
    return given | {name: value for name, value in later.items() if value is not None}


def _number(value: JsonValue) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _text(value: JsonValue) -> str | None:
    return None if value is None else str(value)


def _time(value: JsonValue) -> datetime | None:
    return None if value is None else datetime.fromisoformat(str(value))

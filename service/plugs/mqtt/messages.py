"""Topics and what is sent to them: JSON with a schema version, times in UTC."""

from datetime import datetime
from typing import Any, NamedTuple

import orjson
from pydantic import JsonValue

from service.contract.decision import Decision
from service.contract.journal_entry import Event
from service.monitoring.alarms.events import alarm_after

SCHEMA = 1
UNNAMED = "~"
"""Stands in topics for a camera or well that a picture does not name; no id may be called so."""

ONLINE, OFFLINE = b"online", b"offline"
NO_DATA = "no_data"
AT_LEAST_ONCE = 1


class Message(NamedTuple):
    """One message; the broker keeps a retained one for later subscribers."""

    topic: str
    payload: bytes
    retain: bool
    qos: int = AT_LEAST_ONCE


def well_topic(prefix: str, camera_id: str | None, well_id: str | None, leaf: str) -> str:
    """The topic of a well."""
    return f"{prefix}/{camera_id or UNNAMED}/{well_id or UNNAMED}/{leaf}"


def status_topic(prefix: str) -> str:
    """The topic that says ``online``, or ``offline`` by the broker's own word when the service has vanished."""
    return f"{prefix}/status"


def state_message(prefix: str, sequence: int, decision: Decision, *, repeat: bool) -> Message:
    """Say what was decided of a well."""
    return _message(
        well_topic(prefix, decision.camera_id, decision.well_id, "state"),
        {
            "schema": SCHEMA,
            "sequence": sequence,
            "repeat": repeat,
            "decision_id": decision.decision_id,
            "verdict": decision.verdict,
            "alarm": decision.alarm,
            "reason": decision.reason,
            "score": decision.score,
            "threshold": decision.threshold,
            "score_ratio": decision.score_ratio,
            "camera_id": decision.camera_id,
            "well_id": decision.well_id,
            "cast_id": decision.cast_id,
            **_origin(decision),
        },
        retain=True,
    )


def silence_message(prefix: str, sequence: int, event: Event, well_id: str | None, *, repeat: bool) -> Message:
    """Say that nothing is known of a well, since nothing comes from it: what is retained must not stay ``no_leak``."""
    return _message(
        well_topic(prefix, event.camera_id, well_id, "state"),
        {
            "schema": SCHEMA,
            "sequence": sequence,
            "repeat": repeat,
            "decision_id": None,
            "verdict": "unknown",
            "alarm": True,
            "reason": NO_DATA,
            "score": None,
            "threshold": None,
            "score_ratio": None,
            "camera_id": event.camera_id,
            "well_id": well_id,
            "cast_id": None,
            **_origin(None),
            "at": event.at,
        },
        retain=True,
    )


def alarm_message(prefix: str, sequence: int, event: Event, decision: Decision | None, *, repeat: bool) -> Message:
    """Say what has become of an alarm; ``decision`` is the one that made it so, where it is at hand."""
    alarm = alarm_after(event)
    return _message(
        well_topic(prefix, event.camera_id, event.well_id, "alarm"),
        {
            "schema": SCHEMA,
            "sequence": sequence,
            "repeat": repeat,
            "event_id": event.event_id,
            "event": event.kind,
            "alarm_id": alarm.alarm_id,
            "state": alarm.state,
            "at": event.at,
            "raised_at": alarm.raised_at,
            "camera_id": event.camera_id,
            "well_id": event.well_id,
            "decision_id": event.decision_id,
            "verdict": alarm.verdict,
            "reason": alarm.reason,
            "score_ratio": alarm.score_ratio,
            "operator": event.payload.get("operator"),
            **_origin(decision),
        },
        retain=False,
    )


def _origin(decision: Decision | None) -> dict[str, datetime | str | None]:
    return {
        "captured_at": None if decision is None else decision.captured_at,
        "received_at": None if decision is None else decision.received_at,
        "artifact": None if decision is None else decision.model.artifact,
        "artifact_sha256": None if decision is None else decision.model.artifact_sha256,
    }


def _message(topic: str, content: dict[str, Any] | dict[str, JsonValue], *, retain: bool) -> Message:
    return Message(topic, orjson.dumps(content, option=orjson.OPT_UTC_Z), retain)

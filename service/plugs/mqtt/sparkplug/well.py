"""The metrics of a well: what is known of it, and what the hosts of this session have been told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from service.contract.decision import Decision
from service.contract.journal_entry import Event
from service.monitoring.alarms.alarm import Alarm, AlarmState
from service.plugs.mqtt.messages import NO_DATA
from service.plugs.mqtt.sparkplug.payload import BOOLEAN, DATETIME, DOUBLE, STRING, Metric, Value

DATATYPES: Final[Mapping[str, int]] = {
    "verdict": STRING,
    "alarm": BOOLEAN,
    "reason": STRING,
    "score_ratio": DOUBLE,
    "decision_id": STRING,
    "cast_id": STRING,
    "artifact": STRING,
    "captured_at": DATETIME,
    "received_at": DATETIME,
    "alarm_id": STRING,
    "alarm_state": STRING,
}
_NOTHING: Final[Mapping[str, Value]] = dict.fromkeys(DATATYPES)
_DECIDED: Final = [name for name in DATATYPES if not name.startswith("alarm_")]
CATCHING_UP: Final[Mapping[str, Value]] = {
    **_NOTHING,
    "verdict": "unknown",
    "alarm": True,
    "reason": "catching_up",
}
"""What a birth says while the journal holds what happened meanwhile."""

SILENT: Final[Mapping[str, Value]] = {
    **dict.fromkeys(_DECIDED),
    "verdict": "unknown",
    "alarm": True,
    "reason": NO_DATA,
}
"""What is said of a well from which nothing comes."""


@dataclass
class WellMetrics:
    """``known`` by the follower, ``told`` in this session; nothing is told before its device's birth."""

    name: str
    known: dict[str, Value] = field(
        default_factory=lambda: {**_NOTHING, **SILENT, "alarm_state": AlarmState.NORMAL.value}
    )
    told: dict[str, Value] | None = None
    told_at: int = 0

    def born(self, at: int, values: Mapping[str, Value] | None = None) -> list[Metric]:
        """Tell everything, as births must: what is known, or what stands for it."""
        self.told, self.told_at = dict(self.known if values is None else values), at
        return self.metrics(self.told, at)

    def news(self, at: int) -> list[Metric]:
        """Tell what has changed since it was told last, and nothing else (report by exception), never back in time."""
        told = self.told or {}
        changed = {name: value for name, value in self.known.items() if name not in told or told[name] != value}
        self.told, self.told_at = dict(self.known), max(at, self.told_at)
        return self.metrics(changed, self.told_at)

    def metrics(self, values: Mapping[str, Value], at: int, *, historical: bool = False) -> list[Metric]:
        """Name values as metrics of the well."""
        return [Metric(f"{self.name}/{name}", value, at, DATATYPES[name], historical) for name, value in values.items()]


def of_decision(decision: Decision) -> dict[str, Value]:
    """Say what was decided."""
    return {
        "verdict": decision.verdict.value,
        "alarm": decision.alarm,
        "reason": decision.reason.value,
        "score_ratio": decision.score_ratio,
        "decision_id": decision.decision_id,
        "cast_id": decision.cast_id,
        "artifact": decision.model.artifact,
        "captured_at": None if decision.captured_at is None else millis(decision.captured_at),
        "received_at": millis(decision.received_at),
    }


def of_alarm(alarm: Alarm) -> dict[str, Value]:
    """Say which alarm stands and how."""
    return {"alarm_id": alarm.alarm_id, "alarm_state": alarm.state.value}


def of_silence(event: Event) -> dict[str, Value]:
    """Say that nothing is known any more since nothing comes."""
    return {**SILENT, "received_at": millis(event.at)}


def millis(at: datetime) -> int:
    """Milliseconds since 1970, UTC."""
    return int(at.timestamp() * 1000)

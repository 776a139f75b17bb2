"""What listeners and the wall board get: decisions in brief, alarms, silence, drift, and the board itself."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from pydantic import JsonValue

from service.contract.decision import Decision, Reason, Verdict
from service.contract.journal_entry import Event, EventKind


@dataclass(slots=True)
class Brief:
    """A decision as the board shows it; ``sequence`` is its place in the journal."""

    sequence: int
    decision_id: str
    camera_id: str | None
    well_id: str | None
    cast_id: str | None
    verdict: Verdict
    reason: Reason
    score: float | None
    threshold: float
    score_ratio: float | None
    captured_at: datetime | None
    received_at: datetime

    @classmethod
    def of(cls, sequence: int, decision: Decision) -> Self:
        return cls(
            sequence,
            decision.decision_id,
            decision.camera_id,
            decision.well_id,
            decision.cast_id,
            decision.verdict,
            decision.reason,
            decision.score,
            decision.threshold,
            decision.score_ratio,
            decision.captured_at,
            decision.received_at,
        )


@dataclass(slots=True)
class AlarmView:
    """An alarm with what raised it, open until somebody acknowledges it."""

    alarm_id: str
    camera_id: str | None
    well_id: str | None
    raised_at: datetime
    decision_id: str | None
    verdict: Verdict
    reason: Reason | None = None
    score: float | None = None
    threshold: float | None = None
    score_ratio: float | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    comment: str = ""

    @classmethod
    def raised(cls, event: Event, decision: Decision | None = None) -> Self:
        """Show the alarm that an ``alarm_raised`` raised; ``decision`` completed it, where that is known."""
        alarm = cls(
            event.alarm_id or event.event_id,
            event.camera_id,
            event.well_id,
            event.at,
            event.decision_id,
            Verdict(str(event.payload.get("verdict", Verdict.UNKNOWN))),
        )
        if decision is None:
            return alarm
        figures = {name: getattr(decision, name) for name in ("verdict", "reason", "score", "threshold", "score_ratio")}
        return replace(alarm, **figures)

    def acknowledged(self, event: Event | None) -> Self:
        """Return the alarm as it is after an ``alarm_acknowledged``, or unchanged without one."""
        if event is None:
            return self
        operator, comment = (str(event.payload.get(name, "")) for name in ("operator", "comment"))
        return replace(self, acknowledged_at=event.at, acknowledged_by=operator, comment=comment)


@dataclass(slots=True)
class AlarmList:
    """Alarms, newest first."""

    items: list[AlarmView]


@dataclass(slots=True)
class SilenceView:
    """A camera, or one well of it, sends nothing ``since`` then; null: it sends again."""

    camera_id: str
    well_id: str | None
    since: datetime | None


@dataclass(slots=True)
class DriftView:
    """The figures of a camera's pictures that are no longer like the artefact's own; none: the drift has ended."""

    camera_id: str
    drifting: list[str]


@dataclass(slots=True)
class ServiceEventView:
    """Something that happened to the service itself."""

    kind: EventKind
    at: datetime
    payload: dict[str, JsonValue]


@dataclass(slots=True)
class WellView:
    """What a well shows: its latest decision, since when it has that verdict, its latest alarm, its silence.

    ``well_id`` is null for pictures of the camera that name no well.
    """

    well_id: str | None
    decision: Brief | None
    since: datetime | None
    alarm: AlarmView | None
    silent_since: datetime | None


@dataclass(slots=True)
class CameraView:
    """A camera and its wells; ``expected_interval_s`` is null where nobody has said how often it sends."""

    camera_id: str
    expected_interval_s: float | None
    last_received_at: datetime | None
    silent_since: datetime | None
    drifting: list[str]
    wells: list[WellView]


@dataclass(slots=True)
class BoardView:
    """The wall board; ``GET /v1/events?after=<sequence>`` goes on from here."""

    now: datetime
    sequence: int
    cameras: list[CameraView]

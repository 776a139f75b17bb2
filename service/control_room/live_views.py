"""What listeners and the wall board get: decisions in brief, alarms, silence, drift, and the board itself."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Self

from pydantic import JsonValue

from service.contract.decision import Decision, Reason, Verdict
from service.contract.journal_entry import EventKind
from service.control_room.answer import ApiAnswer
from service.monitoring.alarms.alarm import Alarm, AlarmState


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
class AlarmView(ApiAnswer):
    """An alarm as it is now: what raised it, its state, and who has done what about it.

    ``first_out``: no other alarm of its camera was active when it was raised. ``occurrences`` counts how often it came.
    """

    alarm_id: str
    state: AlarmState
    camera_id: str | None
    well_id: str | None
    raised_at: datetime
    changed_at: datetime
    decision_id: str | None
    verdict: Verdict
    reason: Reason | None
    score: float | None
    threshold: float | None
    score_ratio: float | None
    active: bool
    first_out: bool
    occurrences: int
    chattering: bool
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    comment: str
    shelved_until: datetime | None
    shelved_by: str | None
    shelf_reason: str

    @classmethod
    def of(cls, alarm: Alarm) -> Self:
        return cls(state=alarm.state, **{field.name: getattr(alarm, field.name) for field in fields(Alarm)})


@dataclass(slots=True)
class AlarmList(ApiAnswer):
    """Alarms; ``total`` counts those beyond the limit too, by state, as far back as the list looks."""

    items: list[AlarmView]
    total: int
    by_state: dict[AlarmState, int]

    @classmethod
    def of(cls, alarms: Sequence[Alarm], limit: int) -> Self:
        counts = Counter(alarm.state for alarm in alarms)
        return cls([AlarmView.of(alarm) for alarm in alarms[:limit]], len(alarms), dict(counts))


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
class BoardView(ApiAnswer):
    """The wall board; ``GET /v1/events?after=<sequence>`` goes on from here.

    ``nameless`` are the alarms that stand of pictures that name no camera.
    """

    now: datetime
    sequence: int
    cameras: list[CameraView]
    nameless: list[AlarmView]

"""What the journal keeps: decisions, people's reviews of them, and events; once written, never changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

import uuid_utils
from pydantic import JsonValue

from service.contract.decision import Decision, Verdict

DECISION = "decision"
REVIEW = "review"


class EventKind(StrEnum):
    """What can happen beside decisions and reviews; new kinds may be added at any time."""

    ALARM_RAISED = "alarm_raised"
    ALARM_ACKNOWLEDGED = "alarm_acknowledged"
    ALARM_RETURNED = "alarm_returned"
    ALARM_RECURRED = "alarm_recurred"
    ALARM_ESCALATED = "alarm_escalated"
    ALARM_SHELVED = "alarm_shelved"
    ALARM_UNSHELVED = "alarm_unshelved"
    NO_DATA = "no_data"
    DATA_RESUMED = "data_resumed"
    SHIFT = "shift"
    SHIFT_ACCEPTED = "shift_accepted"
    DRIFT = "drift"
    DRIFT_ENDED = "drift_ended"
    CAMERA_ARMED = "camera_armed"
    CAMERA_DISARMED = "camera_disarmed"
    MODEL_ACTIVATED = "model_activated"
    SHADOW_STARTED = "shadow_started"
    SHADOW_ENDED = "shadow_ended"
    SELF_TEST_PASSED = "self_test_passed"
    SELF_TEST_FAILED = "self_test_failed"
    OPCUA_CALLED = "opcua_called"
    TROUBLE_BEGAN = "trouble_began"
    TROUBLE_ENDED = "trouble_ended"


ALARM_KINDS = (
    EventKind.ALARM_RAISED,
    EventKind.ALARM_ACKNOWLEDGED,
    EventKind.ALARM_RETURNED,
    EventKind.ALARM_RECURRED,
    EventKind.ALARM_ESCALATED,
    EventKind.ALARM_SHELVED,
    EventKind.ALARM_UNSHELVED,
)
"""What can happen to an alarm; all but the first name it in ``alarm_id``."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a well, a camera or the service.

    ``event_id`` of an ``alarm_raised`` is the alarm's id, and ``alarm_id`` names it in what follows from it, such as
    ``alarm_acknowledged``. ``payload`` holds whatever else belongs to the kind, fit for JSON.
    """

    event_id: str
    kind: EventKind
    at: datetime
    camera_id: str | None = None
    well_id: str | None = None
    decision_id: str | None = None
    alarm_id: str | None = None
    payload: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Review:
    """A person's verdict on the picture of a decision."""

    review_id: str
    decision_id: str
    at: datetime
    verdict: Verdict
    reviewer: str
    comment: str = ""


Entry = Decision | Review | Event


class Recorded(NamedTuple):
    """An entry with its place: ``sequence`` grows in the order of writing and is never used again."""

    sequence: int
    entry: Entry


def entry_id(entry: Entry) -> str:
    """Return the id of an entry of any kind; ids of all kinds are drawn from one space."""
    if isinstance(entry, Decision):
        return entry.decision_id
    return entry.review_id if isinstance(entry, Review) else entry.event_id


def entry_time(entry: Entry) -> datetime:
    """Return when a decision's picture came in, or when anything else happened."""
    return entry.received_at if isinstance(entry, Decision) else entry.at


def is_good(entry: Entry) -> bool:
    """Whether an entry says nothing but that a well is good: nobody waits for it, and the next one makes it old."""
    return isinstance(entry, Decision) and entry.verdict is Verdict.NO_LEAK


def new_id() -> str:
    """Draw an id; later ones sort behind earlier ones (UUID version 7)."""
    return str(uuid_utils.uuid7())

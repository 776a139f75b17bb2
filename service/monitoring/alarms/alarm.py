"""One alarm and its states after ISA-18.2 / IEC 62682; whatever changes makes another value of it."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Self, TypeVar

from service.contract.decision import Decision, Reason, Verdict
from service.contract.journal_entry import EventKind, new_id

Well = tuple[str | None, str | None]
A = TypeVar("A", bound="Alarm")


class AlarmState(StrEnum):
    """Who waits for whom: ``returned`` is over but seen by nobody; ``normal`` is the end."""

    UNACKNOWLEDGED = "unacknowledged"
    ACKNOWLEDGED = "acknowledged"
    RETURNED = "returned"
    SHELVED = "shelved"
    NORMAL = "normal"


WAITING = frozenset({AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED})
"""The states in which an alarm waits for a person."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm of a well, with the decision that raised it or made it worse.

    ``active``: the leak or unknown goes on. ``first_out``: no other alarm of its camera was active when it was raised.
    ``occurrences`` counts how often it came; ``chattering``: three times within a minute when it last came.
    """

    alarm_id: str
    camera_id: str | None
    well_id: str | None
    raised_at: datetime
    changed_at: datetime
    decision_id: str | None
    verdict: Verdict
    reason: Reason | None = None
    score: float | None = None
    threshold: float | None = None
    score_ratio: float | None = None
    active: bool = True
    first_out: bool = False
    occurrences: int = 1
    chattering: bool = False
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    comment: str = ""
    shelved_until: datetime | None = None
    shelved_by: str | None = None
    shelf_reason: str = ""

    @classmethod
    def raised(cls, decision: Decision, *, first_out: bool, chattering: bool) -> Self:
        """Raise an alarm by a decision."""
        well, at = (decision.camera_id, decision.well_id), decision.answered_at
        alarm = cls(new_id(), *well, at, at, decision.decision_id, decision.verdict)
        return replace(alarm.with_figures(decision), first_out=first_out, chattering=chattering)

    @property
    def well(self) -> Well:
        return self.camera_id, self.well_id

    @property
    def state(self) -> AlarmState:
        if self.acknowledged_at is not None and not self.active:
            return AlarmState.NORMAL
        if self.shelved_until is not None:
            return AlarmState.SHELVED
        if self.acknowledged_at is not None:
            return AlarmState.ACKNOWLEDGED
        return AlarmState.UNACKNOWLEDGED if self.active else AlarmState.RETURNED

    def with_figures(self, decision: Decision) -> Self:
        """Say by which decision it is what it is."""
        return replace(
            self,
            decision_id=decision.decision_id,
            verdict=decision.verdict,
            reason=decision.reason,
            score=decision.score,
            threshold=decision.threshold,
            score_ratio=decision.score_ratio,
        )

    def acknowledged(self, at: datetime, operator: str, comment: str) -> Self:
        """A person has taken note. What has no well ends with that: nothing ties it to the pictures that follow."""
        active = self.active and self.well_id is not None
        return replace(
            self, acknowledged_at=at, acknowledged_by=operator, comment=comment, active=active, changed_at=at
        )

    def returned(self, at: datetime) -> Self:
        """The well is good again."""
        return replace(self, active=False, changed_at=at)

    def recurred(self, at: datetime, *, chattering: bool) -> Self:
        """It is back, and waits for a person again."""
        return replace(
            _unanswered(self), active=True, occurrences=self.occurrences + 1, chattering=chattering, changed_at=at
        )

    def escalated(self, leak: Decision) -> Self:
        """What could not be judged is a leak: it waits for a person, whatever was said of the unknown."""
        return replace(_unanswered(_off_shelf(self.with_figures(leak))), active=True, changed_at=leak.answered_at)

    def shelved(self, at: datetime, until: datetime, operator: str, reason: str) -> Self:
        """A person has put it aside for a while."""
        return replace(self, shelved_until=until, shelved_by=operator, shelf_reason=reason, changed_at=at)

    def unshelved(self, at: datetime) -> Self:
        """The time on the shelf is over: what goes on waits for a person again."""
        back = _off_shelf(self)
        return replace(_unanswered(back) if back.active else back, changed_at=at)


class Transition(NamedTuple):
    """A change of an alarm's state; ``event_id`` of an ``alarm_raised`` is the alarm's id."""

    event_id: str
    kind: EventKind
    alarm: Alarm
    operator: str | None = None
    comment: str = ""


def _unanswered(alarm: A) -> A:
    return replace(alarm, acknowledged_at=None, acknowledged_by=None, comment="")


def _off_shelf(alarm: A) -> A:
    return replace(alarm, shelved_until=None, shelved_by=None, shelf_reason="")

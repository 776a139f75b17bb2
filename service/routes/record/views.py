"""What readers of the record send and get: forms, decisions with their reviews, scores."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from service.contract.decision import Decision, Verdict
from service.contract.identifier import Id
from service.contract.journal_entry import Review
from service.control_room.answer import ApiAnswer

IN_ONE_LINE = r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$"
PersonName = Annotated[str, Field(min_length=1, max_length=64, pattern=IN_ONE_LINE)]
"""Without control characters, as tables, logs and CSV show it."""

Comment = Annotated[str, Field(max_length=1000)]


class ReviewForm(BaseModel):
    """What a person says of a decision."""

    model_config = ConfigDict(extra="forbid")

    verdict: Verdict
    reviewer: PersonName
    comment: Comment = ""


class AcknowledgeForm(BaseModel):
    """Who takes note of an alarm."""

    model_config = ConfigDict(extra="forbid")

    operator: PersonName
    comment: Comment = ""


class AcknowledgeManyForm(AcknowledgeForm):
    """Who takes note of which alarms, with one decision."""

    alarm_ids: Annotated[list[Id], Field(min_length=1, max_length=1000)]


class ReasonForm(BaseModel):
    """Who wants it and why; on record."""

    model_config = ConfigDict(extra="forbid")

    operator: PersonName
    reason: PersonName


class ShelveForm(ReasonForm):
    """Who puts an alarm aside, for how long and why."""

    minutes: Annotated[float, Field(gt=0, le=1440)]


class KeyForm(BaseModel):
    """A key, exchanged once for a session."""

    model_config = ConfigDict(extra="forbid")

    key: Annotated[str, Field(min_length=1, max_length=256)]


@dataclass(slots=True)
class ReviewView:
    """A person's verdict on a decision."""

    review_id: str
    created_at: datetime
    verdict: Verdict
    reviewer: str
    comment: str

    @classmethod
    def of(cls, review: Review) -> Self:
        return cls(review.review_id, review.at, review.verdict, review.reviewer, review.comment)


@dataclass(slots=True)
class ReviewList:
    """Every review of a decision, newest first."""

    items: list[ReviewView]


@dataclass(slots=True)
class ReviewedDecision(ApiAnswer, Decision):
    """A decision with the latest review of it, null where there is none."""

    review: ReviewView | None = None

    @classmethod
    def of(cls, decision: Decision, reviews: Sequence[Review]) -> Self:
        """Show a decision; ``reviews`` are all of it, oldest first."""
        known = {field.name: getattr(decision, field.name) for field in fields(Decision)}
        return cls(**known, review=ReviewView.of(reviews[-1]) if reviews else None)


@dataclass(slots=True)
class DecisionPage(ApiAnswer):
    """Decisions, newest first; ``next_cursor`` is null on the last page."""

    items: list[ReviewedDecision]
    next_cursor: str | None


@dataclass(slots=True)
class ScorePoint:
    """The worst decision of a short time: leaks before unknowns before the rest, then by score."""

    at: datetime
    decision_id: str
    verdict: Verdict
    score: float | None
    threshold: float


@dataclass(slots=True)
class ScoreSeries(ApiAnswer):
    """The scores of a well, oldest first; every stretch of ``step_s`` seconds with a decision has one point."""

    from_: Annotated[datetime, Field(serialization_alias="from")]
    to: datetime
    step_s: float
    points: list[ScorePoint]

"""Between entries and rows of the table ``entries``: filtered fields in columns, the rest as JSON in ``body``.

The body of a decision is a JSON array, ``[threshold, score_ratio, answered_at, alarm, request_id, batch_size,
batch_index, picture, timing_ms, frame]``, the last three being arrays in the order of their fields, or null: without
names a row takes two thirds of the disk. Fields that are added later go to the end and need a default; ``frame`` is
left out where there is none. Bodies of reviews and
events are JSON objects.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Row

from service.contract.decision import Decision, FrameFacts, PictureFacts, Reason, ServedModel, Timing, Verdict
from service.contract.journal_entry import DECISION, REVIEW, Entry, Event, EventKind, Review

Selected = Row[tuple[Any, ...]]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
EARLIEST = (datetime.min.replace(tzinfo=UTC) - EPOCH) // MICROSECOND
LATEST = (datetime.max.replace(tzinfo=UTC) - EPOCH) // MICROSECOND


class EntryRow(NamedTuple):
    """One row of ``entries`` without its sequence; the columns in the order of the table."""

    id: str
    kind: str
    at: int
    camera_id: str | None = None
    well_id: str | None = None
    cast_id: str | None = None
    captured_at: int | None = None
    verdict: str | None = None
    reason: str | None = None
    score: float | None = None
    image_sha256: str | None = None
    about: str | None = None
    model: int | None = None
    body: str = ""


def micros(time: datetime) -> int:
    """Microseconds since 1970; what lies outside of the years 1 to 9999 in UTC counts as their end."""
    micros = (time - EPOCH) // MICROSECOND
    return micros if EARLIEST <= micros <= LATEST else min(max(micros, EARLIEST), LATEST)


def moment(micros: int) -> datetime:
    """The time, in UTC, of microseconds since 1970."""
    return EPOCH + timedelta(microseconds=micros)


@lru_cache(maxsize=64)
def model_key(model: ServedModel) -> int:
    """A 63-bit hash of a model's identity: equal in every replica."""
    return int.from_bytes(sha256(model_body(model)).digest()[:8]) >> 1


def model_body(model: ServedModel) -> bytes:
    """The JSON of a model's identity."""
    return orjson.dumps(model)


@lru_cache(maxsize=64)
def model_of(body: str) -> ServedModel:
    """Read the JSON of a model's identity."""
    return ServedModel(**orjson.loads(body))


def row_of(entry: Entry) -> EntryRow:
    if isinstance(entry, Decision):
        return _decision_row(entry)
    return _review_row(entry) if isinstance(entry, Review) else _event_row(entry)


def entry_of(row: Selected) -> Entry:
    """Turn a row back into its entry; ``row`` has the columns as attributes, and ``model_body`` for a decision."""
    body = orjson.loads(row.body)
    if row.kind == DECISION:
        return _decision(row, body)
    return _review(row, body) if row.kind == REVIEW else _event(row, body)


def _decision_row(decision: Decision) -> EntryRow:
    picture, timing, captured = decision.picture, decision.timing_ms, decision.captured_at
    frame = () if decision.frame is None else (_frame_facts(decision.frame),)
    body = (
        decision.threshold,
        decision.score_ratio,
        micros(decision.answered_at),
        decision.alarm,
        decision.request_id,
        decision.batch_size,
        decision.batch_index,
        None if picture is None else _facts(picture),
        (timing.decode, timing.gate, timing.score, timing.total),
        *frame,
    )
    return EntryRow(
        decision.decision_id,
        DECISION,
        micros(decision.received_at),
        decision.camera_id,
        decision.well_id,
        decision.cast_id,
        None if captured is None else micros(captured),
        str(decision.verdict),  # ``value`` takes three times as long
        str(decision.reason),
        decision.score,
        decision.image_sha256,
        None,
        model_key(decision.model),
        orjson.dumps(body).decode(),
    )


def _facts(picture: PictureFacts) -> tuple[float, ...]:
    return (
        picture.width,
        picture.height,
        picture.size_bytes,
        picture.brightness,
        picture.contrast,
        picture.sharpness,
    )


def _frame_facts(frame: FrameFacts) -> tuple[str | float | None, ...]:
    return (frame.sha256, frame.shift_px, frame.turn_degrees, frame.residual_px, frame.proof)


def _review_row(review: Review) -> EntryRow:
    return EntryRow(
        id=review.review_id,
        kind=REVIEW,
        at=micros(review.at),
        verdict=review.verdict.value,
        about=review.decision_id,
        body=orjson.dumps({"reviewer": review.reviewer, "comment": review.comment}).decode(),
    )


def _event_row(event: Event) -> EntryRow:
    rest = {"payload": event.payload, "decision_id": event.decision_id, "alarm_id": event.alarm_id}
    body = orjson.dumps({name: value for name, value in rest.items() if value}).decode()
    return EntryRow(
        id=event.event_id,
        kind=event.kind.value,
        at=micros(event.at),
        camera_id=event.camera_id,
        well_id=event.well_id,
        about=event.decision_id if event.alarm_id in {None, event.event_id} else event.alarm_id,
        body=body,
    )


def _decision(row: Selected, body: list[Any]) -> Decision:
    threshold, ratio, answered_at, alarm, request_id, batch_size, batch_index, picture, timing, *frame = body
    return Decision(
        decision_id=row.id,
        verdict=Verdict(row.verdict),
        alarm=alarm,
        reason=Reason(row.reason),
        score=row.score,
        threshold=threshold,
        score_ratio=ratio,
        camera_id=row.camera_id,
        well_id=row.well_id,
        cast_id=row.cast_id,
        captured_at=None if row.captured_at is None else moment(row.captured_at),
        received_at=moment(row.at),
        answered_at=moment(answered_at),
        model=model_of(row.model_body),
        image_sha256=row.image_sha256,
        request_id=request_id,
        batch_size=batch_size,
        batch_index=batch_index,
        picture=None if picture is None else PictureFacts(*picture),
        timing_ms=Timing(*timing),
        frame=FrameFacts(*frame[0]) if frame else None,
    )


def _review(row: Selected, body: dict[str, Any]) -> Review:
    return Review(row.id, row.about, moment(row.at), Verdict(row.verdict), body["reviewer"], body["comment"])


def _event(row: Selected, body: dict[str, Any]) -> Event:
    return Event(row.id, EventKind(row.kind), moment(row.at), row.camera_id, row.well_id, **body)

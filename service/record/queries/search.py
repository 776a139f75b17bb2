"""The search for decisions: from a filter to statements that each walk one index from its newest end."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select, and_, exists, literal_column, or_, select

from service.contract.decision import LEAK_DESPITE, Reason, Verdict
from service.contract.journal_entry import ALARM_KINDS, DECISION, REVIEW, EventKind, Recorded
from service.record.database.entry_row import micros
from service.record.database.schema import entries
from service.record.queries.cursor import Cursor
from service.record.queries.lookup import recorded, with_models

# Written out rather than bound, so that the planners see that the partial indices apply.
NOT_A_DECISION: ColumnElement[bool] = literal_column("entries.kind <> 'decision'")
NOT_GOOD: ColumnElement[bool] = literal_column("entries.kind = 'decision' AND entries.verdict <> 'no_leak'")
VERDICT_OF = {
    Reason.SCORE_BELOW_THRESHOLD: Verdict.NO_LEAK,
    Reason.SCORE_AT_OR_ABOVE_THRESHOLD: Verdict.LEAK,
    **dict.fromkeys(LEAK_DESPITE.values(), Verdict.LEAK),
}
"""Every other reason is one of ``unknown``."""


@dataclass(frozen=True, slots=True)
class DecisionFilter:
    """Which decisions are wanted; None lets all pass.

    ``since`` and ``until`` (excluded) are about ``received_at``; the range of scores includes both ends, and excludes
    decisions without a score.
    """

    since: datetime | None = None
    until: datetime | None = None
    camera_id: str | None = None
    well_id: str | None = None
    cast_id: str | None = None
    verdicts: frozenset[Verdict] | None = None
    reason: Reason | None = None
    score_from: float | None = None
    score_to: float | None = None
    reviewed: bool | None = None


def newest_decisions(
    connection: Connection, wanted: DecisionFilter, place: Cursor | None, limit: int
) -> list[Recorded]:
    """Return decisions older than a place, newest first.

    Verdict by verdict, as each alone comes from the index in the right order, however many rows there are.
    """
    verdicts = wanted.verdicts
    if wanted.reason is not None:
        implied = frozenset({VERDICT_OF.get(wanted.reason, Verdict.UNKNOWN)})
        verdicts = implied if verdicts is None else implied & verdicts
    if verdicts is None:
        return recorded(connection, _query(wanted, None, place, limit))
    found = [recorded(connection, _query(wanted, verdict, place, limit)) for verdict in verdicts]
    return list(islice(heapq.merge(*found, key=place_of, reverse=True), limit))


def place_of(row: Recorded) -> Cursor:
    """Return where a decision stands in the order of lists."""
    return Cursor(micros(row.entry.received_at), row.sequence)  # type: ignore[union-attr]  # only decisions are listed


def standing() -> ColumnElement[bool]:
    """The condition of an ``alarm_raised`` whose alarm is not over."""
    later = entries.alias("later")
    over = exists().where(later.c.about == entries.c.id, later.c.about.is_not(None), _is_end(later))
    return and_(NOT_A_DECISION, entries.c.kind == EventKind.ALARM_RAISED.value, ~over)


def _is_end(later: FromClause) -> ColumnElement[bool]:
    """An alarm ends with the state ``normal``; in older journals, which knew no states, with its acknowledgement.

    Texts that people write cannot look like it: their quotes are escaped in JSON.
    """
    acknowledged = later.c.kind == EventKind.ALARM_ACKNOWLEDGED.value
    is_transition = later.c.kind.in_([kind.value for kind in ALARM_KINDS])
    without_state = and_(acknowledged, ~later.c.body.contains('"state":'))
    return and_(is_transition, or_(later.c.body.contains('"state":"normal"'), without_state))


def _query(
    wanted: DecisionFilter, verdict: Verdict | None, place: Cursor | None, limit: int
) -> Select[tuple[object, ...]]:
    conditions = [entries.c.kind == DECISION, *_conditions(wanted)]
    if verdict is not None:
        conditions.append(entries.c.verdict == verdict.value)
    if verdict not in {None, Verdict.NO_LEAK}:
        conditions.append(NOT_GOOD)
    if place is not None:
        older = or_(entries.c.at < place.at, entries.c.sequence < place.sequence)
        conditions.append(and_(entries.c.at <= place.at, older))
    return with_models().where(*conditions).order_by(entries.c.at.desc(), entries.c.sequence.desc()).limit(limit)


def _conditions(wanted: DecisionFilter) -> list[ColumnElement[bool]]:
    column = entries.c
    pairs: list[tuple[Any, Callable[[Any], ColumnElement[bool]]]] = [
        (wanted.since, lambda since: column.at >= micros(since)),
        (wanted.until, lambda until: column.at < micros(until)),
        (wanted.camera_id, lambda camera_id: column.camera_id == camera_id),
        (wanted.well_id, lambda well_id: column.well_id == well_id),
        (wanted.cast_id, lambda cast_id: and_(column.cast_id == cast_id, column.cast_id.is_not(None))),
        (wanted.reason, lambda reason: column.reason == reason.value),
        (wanted.score_from, lambda score: column.score >= score),
        (wanted.score_to, lambda score: column.score <= score),
        (wanted.reviewed, _reviewed),
    ]
    return [condition(value) for value, condition in pairs if value is not None]


def _reviewed(wanted: bool) -> ColumnElement[bool]:
    """Few decisions are reviewed: start from the reviews where those are wanted, ask each decision where not."""
    review = entries.alias("review")
    if wanted:
        of_kind = select(review.c.about).where(literal_column("review.kind <> 'decision'"), review.c.kind == REVIEW)
        return entries.c.id.in_(of_kind)
    return ~exists().where(review.c.about == entries.c.id, review.c.about.is_not(None), review.c.kind == REVIEW)

"""What the cut plays a part in: the scores on record with their verdicts, some rows at a time, and what people said."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection, and_, case, func, or_, select

from service.contract.decision import Verdict
from service.contract.journal_entry import DECISION, REVIEW, Recorded
from service.record.database.entry_row import micros, model_of
from service.record.database.schema import entries, models
from service.record.queries.cursor import Cursor
from service.record.queries.lookup import recorded, with_models
from service.record.queries.reports import ReportRange
from service.record.queries.search import NOT_A_DECISION

MOST_REVIEWS: Final = 100_000
FIGURES: Final = 64
"""The threshold and the ratio, which begin a decision's body, have at most so many characters."""


class ScoredRows(NamedTuple):
    """Some decisions, column by column, without what no cut needs.

    ``at`` in microseconds since 1970; ``figures`` is the begin of a leak's body, null of all others.
    """

    sequence: Sequence[int]
    at: Sequence[int]
    camera_id: Sequence[str | None]
    well_id: Sequence[str | None]
    verdict: Sequence[str]
    reason: Sequence[str]
    score: Sequence[float | None]
    model: Sequence[int]
    figures: Sequence[str | None]


NONE: Final = ScoredRows((), (), (), (), (), (), (), (), ())


def scored_decisions(connection: Connection, wanted: ReportRange, place: Cursor | None, limit: int) -> ScoredRows:
    """Return decisions older than a place, newest first."""
    column = entries.c
    conditions = [column.kind == DECISION, *wanted.conditions()]
    if place is not None:
        older = or_(column.at < place.at, column.sequence < place.sequence)
        conditions.append(and_(column.at <= place.at, older))
    query = select(
        column.sequence,
        column.at,
        column.camera_id,
        column.well_id,
        column.verdict,
        column.reason,
        column.score,
        column.model,
        case((column.verdict == Verdict.LEAK.value, func.substr(column.body, 1, FIGURES))),
    )
    rows = connection.execute(query.where(*conditions).order_by(column.at.desc(), column.sequence.desc()).limit(limit))
    columns = tuple(zip(*rows, strict=True))
    return ScoredRows(*columns) if columns else NONE


def ratio_of(figures: str) -> float:
    """The second element of a body, ``[threshold, score_ratio, ...``; 0 where it is null."""
    ratio = figures.split(",", 2)[1]
    return 0.0 if ratio == "null" else float(ratio)


def artifacts_on_record(connection: Connection) -> dict[int, str]:
    """Return the id of the artefact by the key of its model."""
    return {key: model_of(body).artifact for key, body in connection.execute(select(models.c.id, models.c.body))}


def reviewed_sequences(connection: Connection, wanted: ReportRange) -> dict[int, Verdict]:
    """Return the last verdict of people by the sequence of the decision, ``MOST_REVIEWS`` reviews at most.

    Reviews come after their picture: those before the range cannot be about it.
    """
    review, decision = entries, entries.alias("decision")
    query = (
        select(decision.c.sequence, review.c.verdict)
        .join(decision, decision.c.id == review.c.about)
        .where(NOT_A_DECISION, review.c.kind == REVIEW, decision.c.kind == DECISION)
        .where(review.c.at >= micros(wanted.since))
        .order_by(review.c.sequence.desc())
        .limit(MOST_REVIEWS)
    )
    found: dict[int, Verdict] = {}
    for sequence, verdict in connection.execute(query):
        found.setdefault(sequence, Verdict(verdict))
    return found


def decisions_of(connection: Connection, sequences: Sequence[int]) -> list[Recorded]:
    """Return the decisions of these sequences that are still there."""
    return recorded(connection, with_models().where(entries.c.sequence.in_(sequences), entries.c.kind == DECISION))

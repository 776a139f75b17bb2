"""What happened within a time or a cast, well by well: sums that stay small however many decisions there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, literal_column, select

from service.contract.decision import Verdict
from service.contract.journal_entry import DECISION, REVIEW, Review
from service.record.database.entry_row import micros, moment
from service.record.database.schema import entries
from service.record.queries.lookup import recorded, with_models
from service.record.queries.search import NOT_A_DECISION, NOT_GOOD

MOST_ROWS = 20_000
MOST_REVIEWS = 1000
STRETCH: ColumnElement[int] = literal_column("stretch")  # by name: PostgreSQL takes equal expressions for different


@dataclass(frozen=True, slots=True)
class ReportRange:
    """From ``since`` to ``until`` (excluded), of one camera or cast where one is named."""

    since: datetime
    until: datetime
    camera_id: str | None = None
    cast_id: str | None = None

    def conditions(self, *, few: bool = False) -> list[ColumnElement[bool]]:
        """The conditions; ``few`` says that another one leaves few rows, so that no index of casts should be walked."""
        column = entries.c
        conditions = [column.at >= micros(self.since), column.at < micros(self.until)]
        if self.camera_id is not None:
            conditions.append(column.camera_id == self.camera_id)
        if self.cast_id is not None:
            of_cast = and_(column.cast_id == self.cast_id, column.cast_id.is_not(None))
            conditions.append(func.coalesce(column.cast_id, "") == self.cast_id if few else of_cast)
        return conditions


@dataclass(frozen=True, slots=True)
class Stretch:
    """Leaks or unknowns of one well in one of the equal stretches of a range; ``decision_id`` is the newest of them."""

    camera_id: str | None
    well_id: str | None
    verdict: Verdict
    index: int
    count: int
    worst_score: float | None
    decision_id: str


@dataclass(frozen=True, slots=True)
class ReviewedPicture:
    """A person's verdict, with the well and the time of the picture that it is about."""

    camera_id: str | None
    well_id: str | None
    received_at: datetime
    review: Review


def cast_times(connection: Connection, cast_id: str) -> tuple[datetime, datetime] | None:
    """Return when the first and the last picture of a cast came in, None where there is none."""
    of_cast = and_(entries.c.cast_id == cast_id, entries.c.cast_id.is_not(None))
    first, last = connection.execute(select(func.min(entries.c.at), func.max(entries.c.at)).where(of_cast)).one()
    return None if first is None else (moment(first), moment(last))


def stretches(connection: Connection, wanted: ReportRange, number: int) -> list[Stretch]:
    """Return where leaks and unknowns are, ``number`` stretches a well, ``MOST_ROWS`` at most, the newest first."""
    start, length = micros(wanted.since), max(1, (micros(wanted.until) - micros(wanted.since)) // number)
    column, found = entries.c, list[Stretch]()
    for verdict in (Verdict.LEAK, Verdict.UNKNOWN):
        index = ((column.at - start) // length).label("stretch")
        query = (
            select(
                column.camera_id,
                column.well_id,
                index,
                func.count(),
                func.max(column.score),
                func.max(column.sequence).label("newest"),
            )
            .where(NOT_GOOD, column.verdict == verdict.value, *wanted.conditions(few=True))
            .group_by(column.camera_id, column.well_id, STRETCH)
            .order_by(STRETCH.desc())
            .limit(MOST_ROWS)
        )
        rows = connection.execute(query).all()
        ids = _ids(connection, [row[5] for row in rows])
        found += [
            Stretch(camera, well, verdict, min(int(at), number - 1), count, worst, ids[newest])
            for camera, well, at, count, worst, newest in rows
        ]
    return found


def pictures_of_wells(connection: Connection, wanted: ReportRange) -> dict[tuple[str | None, str | None], int]:
    """Count every picture that was judged, by camera and well; over long times it takes longer than it may."""
    column = entries.c
    query = select(column.camera_id, column.well_id, func.count()).where(column.kind == DECISION, *wanted.conditions())
    return {
        (camera, well): n for camera, well, n in connection.execute(query.group_by(column.camera_id, column.well_id))
    }


def reviewed_pictures(connection: Connection, wanted: ReportRange) -> list[ReviewedPicture]:
    """Return the reviews of pictures of that time, newest first; of ``MOST_REVIEWS`` since its begin.

    Reviews are few and come after their picture: begun with the pictures, the search would look at each of them.
    """
    newest = with_models().where(NOT_A_DECISION, entries.c.kind == REVIEW, entries.c.at >= micros(wanted.since))
    rows = recorded(connection, newest.order_by(entries.c.sequence.desc()).limit(MOST_REVIEWS))
    reviews = [entry for _, entry in rows if isinstance(entry, Review)]
    places = select(entries.c.id, entries.c.camera_id, entries.c.well_id, entries.c.at).where(
        entries.c.id.in_([review.decision_id for review in reviews]), entries.c.kind == DECISION, *wanted.conditions()
    )
    known = {row.id: row for row in connection.execute(places)}
    found = [(known[review.decision_id], review) for review in reviews if review.decision_id in known]
    return [ReviewedPicture(row.camera_id, row.well_id, moment(row.at), review) for row, review in found]


def _ids(connection: Connection, sequences: Sequence[int]) -> dict[int, str]:
    query = select(entries.c.sequence, entries.c.id).where(entries.c.sequence.in_(sequences))
    return {row.sequence: row.id for row in connection.execute(query)}

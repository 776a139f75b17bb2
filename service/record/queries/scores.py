"""The scores of one well over time, thinned out without losing what matters."""

from datetime import datetime

from sqlalchemy import Connection, case, func, select

from service.contract.decision import Decision, Verdict
from service.contract.journal_entry import DECISION
from service.record.database.entry_row import micros
from service.record.database.schema import entries
from service.record.queries.lookup import recorded, with_models


def worst_decisions(
    connection: Connection, camera_id: str, well_id: str, since: datetime, until: datetime, stretches: int
) -> list[Decision]:
    """Return the worst decision of each stretch of time, oldest first: leaks, then unknowns, then by score.

    Args:
        connection: of the record.
        camera_id: whose well.
        well_id: which well.
        since: begin of the first stretch.
        until: end of the last stretch, excluded.
        stretches: into how many equal ones the time is cut.
    """
    start, length = micros(since), max(1, (micros(until) - micros(since)) // stretches)
    badness = case(
        (entries.c.verdict == Verdict.LEAK.value, 2), (entries.c.verdict == Verdict.UNKNOWN.value, 1), else_=0
    )
    rank = func.row_number().over(
        partition_by=(entries.c.at - start) // length,
        order_by=(badness.desc(), func.coalesce(entries.c.score, -1).desc(), entries.c.sequence.desc()),
    )
    ranked = (
        select(entries.c.sequence, rank.label("place"))
        .where(
            entries.c.kind == DECISION,
            entries.c.at >= start,
            entries.c.at < micros(until),
            entries.c.camera_id == camera_id,
            entries.c.well_id == well_id,
        )
        .subquery()
    )
    worst = select(ranked.c.sequence).where(ranked.c.place == 1)
    rows = recorded(connection, with_models().where(entries.c.sequence.in_(worst)).order_by(entries.c.at))
    return [entry for _, entry in rows if isinstance(entry, Decision)]

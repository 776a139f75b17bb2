"""What the journal asks of its own file."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Select, func, select

from service.contract.decision import Decision
from service.contract.journal_entry import DECISION, Recorded
from service.record.database.entry_row import entry_of, micros, moment
from service.record.database.schema import entries, models
from service.record.deduplication import DeduplicationKey


def with_models() -> Select[tuple[object, ...]]:
    """Select whole entries, each decision with the identity of its model."""
    joined = entries.outerjoin(models, models.c.id == entries.c.model)
    return select(entries, models.c.body.label("model_body")).select_from(joined)


def recorded(connection: Connection, query: Select[tuple[object, ...]]) -> list[Recorded]:
    """Run a query made from ``with_models``."""
    return [Recorded(row.sequence, entry_of(row)) for row in connection.execute(query)]


def entries_after(connection: Connection, sequence: int, limit: int, kinds: Sequence[str] = ()) -> list[Recorded]:
    """Return the next entries in order, of all kinds or of some."""
    query = with_models().where(entries.c.sequence > sequence).order_by(entries.c.sequence).limit(limit)
    if kinds:
        query = query.where(entries.c.kind.in_(kinds), entries.c.kind != DECISION)
    return recorded(connection, query)


def last_entries(connection: Connection, limit: int) -> list[Recorded]:
    """Return the newest entries, in order."""
    return recorded(connection, with_models().order_by(entries.c.sequence.desc()).limit(limit))[::-1]


def newest_capture(connection: Connection) -> datetime | None:
    """Return the latest time at which a picture is said to have been taken."""
    newest = connection.scalar(select(func.max(entries.c.captured_at)).where(entries.c.captured_at.is_not(None)))
    return None if newest is None else moment(newest)


def decision_on(connection: Connection, key: DeduplicationKey) -> Decision | None:
    """Return the first decision on a picture, by the index ``entries_sighting``."""
    query = (
        with_models()
        .where(
            entries.c.captured_at == micros(key.captured_at),
            entries.c.captured_at.is_not(None),
            func.substr(entries.c.image_sha256, 1, 8) == key.image_sha256[:8],
            entries.c.image_sha256 == key.image_sha256,
            entries.c.camera_id == key.camera_id,
            entries.c.well_id == key.well_id,
        )
        .order_by(entries.c.sequence)
        .limit(1)
    )
    found = recorded(connection, query)
    return found[0].entry if found and isinstance(found[0].entry, Decision) else None

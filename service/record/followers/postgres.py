"""A copy of the journal in PostgreSQL, where several replicas share one record."""

import logging
import time
from collections.abc import Sequence
from functools import partial
from typing import Any

import orjson
from sqlalchemy import BigInteger, Connection, Double, Engine, delete, select, text

from service.contract.errors import EntriesMissing, SchemaMissing
from service.record.database.engine import Database
from service.record.database.schema import entries, followers, models, wells
from service.record.followers.follower import FollowerPace, Step
from service.record.journal.journal import Journal

AT_ONCE = 1000
DEADLINE_S = 60.0
LATELY_S = 86_400.0
PLACE = {name: place for place, name in enumerate(entries.columns.keys())}

logger = logging.getLogger(__name__)

LOCK = 4_051_847_204
"""Key of the advisory lock under which replicas insert, so that sequences become visible in their order."""

COLUMNS = [column for column in entries.columns if column.name != "sequence"]
CASTS = {BigInteger: "::bigint", Double: "::double precision"}
NAMES = ", ".join(column.name for column in COLUMNS)
FIELDS = ", ".join(f"(row->>{place}){CASTS.get(type(column.type), '')}" for place, column in enumerate(COLUMNS))

# The rows travel as one JSON text: one statement and next to no work here, however many there are. Sequences are dealt
# in the order of the rows.
INSERT = text(
    f"""
    WITH new AS (
        INSERT INTO entries ({NAMES}, replica)
        SELECT {FIELDS}, :replica FROM json_array_elements(CAST(:rows AS json)) WITH ORDINALITY AS given (row, place)
        ORDER BY place
        ON CONFLICT (id) DO NOTHING
        RETURNING sequence, kind, at, camera_id, well_id
    )
    INSERT INTO wells (camera_id, well_id, at, sequence)
    SELECT DISTINCT ON (camera_id, well_id) camera_id, well_id, at, sequence FROM new
    WHERE kind = 'decision' AND camera_id IS NOT NULL AND well_id IS NOT NULL
    ORDER BY camera_id, well_id, sequence DESC
    ON CONFLICT (camera_id, well_id) DO UPDATE SET at = excluded.at, sequence = excluded.sequence
    WHERE excluded.at >= wells.at
        OR EXISTS (SELECT FROM entries AS known WHERE known.sequence = wells.sequence AND known.replica = :replica)
    """  # noqa: S608  # made of this module's constants
)
NAME_OLD = text("UPDATE entries SET replica = :replica WHERE replica IS NULL AND id = ANY(:ids)")
INSERT_MODEL = text("INSERT INTO models VALUES (:id, :body) ON CONFLICT DO NOTHING")

NOTE = text("UPDATE followers SET sequence = :sequence WHERE name = :name")
FIRST_NOTE = text("INSERT INTO followers VALUES (:name, 0) ON CONFLICT DO NOTHING")
REBUILD_WELLS = text(
    """
    INSERT INTO wells (camera_id, well_id, at, sequence)
    SELECT DISTINCT ON (camera_id, well_id) camera_id, well_id, at, sequence FROM entries
    WHERE NOT EXISTS (SELECT FROM wells)
        AND kind = 'decision' AND camera_id IS NOT NULL AND well_id IS NOT NULL
    ORDER BY camera_id, well_id, sequence DESC
    ON CONFLICT DO NOTHING
    """
)

Row = tuple[Any, ...]
Rows = Sequence[Row]


class PostgresCopy:
    """Inserts what the journal holds; an entry that is there already, by its id, is left as it is.

    Ids rather than replica and sequence decide, so that a replica whose data folder was lost or restored from a
    backup, and so counts again from an earlier number, loses nothing. PostgreSQL notes itself how far this replica's
    copy reaches: where it has lost that, its tables or the last entry, everything the journal has is copied again.
    """

    name = "postgresql"
    kinds: Sequence[str] = ()
    from_start = True
    pace = FollowerPace(gather_s=0.2, note_every_s=1.0)

    def __init__(self, journal: Journal, engine: Engine, replica: str) -> None:
        self._journal = journal
        self._database = Database(engine, DEADLINE_S, threads=1)
        self._replica = replica
        self._prepared = False
        self._anew = False
        self._models: set[int] = set()
        self._last: Row | None = None
        self._lost_until = 0
        self._old_until = 0

    async def advance(self, sequence: int) -> Step:
        """Copy the next entries in one transaction."""
        try:
            return await self._copy(sequence)
        except EntriesMissing:
            self._prepared = False
            raise
        except SchemaMissing:
            self._prepared, self._anew = False, True
            raise

    async def _copy(self, sequence: int) -> Step:
        if not self._prepared:
            sequence = await self._prepare(sequence)
        newest = self._journal.tail.last_sequence
        rows, new_models = await self._journal.database.read(lambda connection: self._next(connection, sequence))
        if not rows:
            return Step(max(sequence, newest), 0, self._why(newest))
        await self._database.change(partial(self._insert, rows, new_models))
        self._models.update(key for key, _ in new_models)
        self._last = rows[-1]
        return Step(rows[-1][0], len(rows), self._why(rows[-1][0]))

    async def close(self) -> None:
        """Close the connections, after what is being inserted: one that is in use would stay open."""
        await self._database.close()

    async def _prepare(self, sequence: int) -> int:
        """Make the tables where they are missing; return the place from which to copy."""
        await self._database.migrate(anew=self._anew)
        self._last = await self._journal.database.read(lambda connection: _entry_at(connection, sequence))
        self._old_until = self._journal.tail.last_sequence
        place = min(sequence, await self._database.change(self._reached))
        if place < sequence:
            self._lost_until = max(self._lost_until, sequence)
            logger.warning("PostgreSQL has lost entries of this replica: they are copied again from the journal")
        self._models.clear()
        self._last, self._prepared, self._anew = None, True, False
        return place

    def _reached(self, connection: Connection) -> int:
        """Return up to where PostgreSQL has this replica's entries, 0 where it has lost any."""
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        lost = self._anew or not self._has_last(connection)
        if lost:
            connection.execute(delete(wells))  # their sequences may be those of another table
        connection.execute(REBUILD_WELLS)
        if self._anew and connection.execute(NOTE, {"name": self._replica, "sequence": 0}).rowcount:
            connection.execute(delete(followers))  # replicas that have met no error learn by it that they copy again
        connection.execute(FIRST_NOTE, {"name": self._replica})
        noted = connection.scalar(select(followers.c.sequence).where(followers.c.name == self._replica)) or 0
        return 0 if lost else noted

    def _has_last(self, connection: Connection) -> bool:
        """Whether the entry copied last is there; an old one may have been deleted for its age."""
        if self._last is None or time.time() - self._last[PLACE["at"]] / 1e6 > LATELY_S:
            return True
        known = select(entries.c.id).where(entries.c.id == self._last[PLACE["id"]])
        return connection.scalar(known) is not None

    def _why(self, sequence: int) -> str | None:
        if sequence >= self._lost_until:
            return None
        return f"PostgreSQL has lost entries: they are copied again, {self._lost_until - sequence} are left"

    def _next(self, connection: Connection, sequence: int) -> tuple[Rows, Rows]:
        query = select(entries).where(entries.c.sequence > sequence).order_by(entries.c.sequence).limit(AT_ONCE)
        rows = [tuple(row) for row in connection.execute(query)]
        unknown = {row[PLACE["model"]] for row in rows} - self._models - {None}
        if not unknown:
            return rows, []
        return rows, [tuple(row) for row in connection.execute(select(models).where(models.c.id.in_(unknown)))]

    def _insert(self, rows: Rows, new_models: Rows, connection: Connection) -> None:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        noted = connection.execute(NOTE, {"name": self._replica, "sequence": rows[-1][0]}).rowcount
        if not noted or not self._has_last(connection):
            raise EntriesMissing("entries that were copied are gone: everything is copied again")
        for key, body in new_models:
            connection.execute(INSERT_MODEL, {"id": key, "body": body})
        if rows[0][0] <= self._old_until:  # they may be there since before the column for its name was made again
            connection.execute(NAME_OLD, {"replica": self._replica, "ids": [row[PLACE["id"]] for row in rows]})
        copied = orjson.dumps([row[1:] for row in rows]).decode()
        connection.execute(INSERT, {"rows": copied, "replica": self._replica})


def _entry_at(connection: Connection, sequence: int) -> Row | None:
    found = connection.execute(select(entries).where(entries.c.sequence == sequence)).fetchone()
    return None if found is None else tuple(found)

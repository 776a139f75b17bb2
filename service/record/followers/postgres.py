"""A copy of the journal in PostgreSQL, where several replicas share one record."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import orjson
from sqlalchemy import BigInteger, Connection, Double, Engine, select, text

from service.record.database.schema import entries, migrate, models
from service.record.followers.follower import FollowerPace, Step
from service.record.journal.journal import Journal

AT_ONCE = 1000
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
INSERT_MODEL = text("INSERT INTO models VALUES (:id, :body) ON CONFLICT DO NOTHING")

Rows = Sequence[tuple[Any, ...]]


class PostgresCopy:
    """Inserts what the journal holds; an entry that is there already, by its id, is left as it is.

    Ids rather than replica and sequence decide, so that a replica whose data folder was lost or restored from a
    backup, and so counts again from an earlier number, loses nothing.
    """

    name = "postgresql"
    kinds: Sequence[str] = ()
    from_start = True
    pace = FollowerPace(gather_s=0.2, note_every_s=1.0)

    def __init__(self, journal: Journal, engine: Engine, replica: str) -> None:
        self._journal = journal
        self._engine = engine
        self._replica = replica
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="postgresql")
        self._migrated = False
        self._models: set[int] = set()

    async def advance(self, sequence: int) -> Step:
        """Copy the next entries in one transaction."""
        newest = self._journal.tail.last_sequence
        rows, new_models = await self._journal.database.read(lambda connection: self._next(connection, sequence))
        if not rows:
            return Step(max(sequence, newest), 0)
        await self._in_thread(partial(self._insert, [row[1:] for row in rows], new_models))
        self._models.update(key for key, _ in new_models)
        return Step(rows[-1][0], len(rows))

    async def close(self) -> None:
        """Close the connections, after what is being inserted: one that is in use would stay open."""
        await self._in_thread(self._engine.dispose)
        self._thread.shutdown()

    async def _in_thread(self, work: Callable[[], None]) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _next(self, connection: Connection, sequence: int) -> tuple[Rows, Rows]:
        query = select(entries).where(entries.c.sequence > sequence).order_by(entries.c.sequence).limit(AT_ONCE)
        rows = [tuple(row) for row in connection.execute(query)]
        place = list(entries.columns.keys()).index("model")
        unknown = {row[place] for row in rows} - self._models - {None}
        if not unknown:
            return rows, []
        return rows, [tuple(row) for row in connection.execute(select(models).where(models.c.id.in_(unknown)))]

    def _insert(self, rows: Rows, new_models: Rows) -> None:
        if not self._migrated:
            migrate(self._engine)
            self._migrated = True
        with self._engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
            for key, body in new_models:
                connection.execute(INSERT_MODEL, {"id": key, "body": body})
            connection.execute(INSERT, {"rows": orjson.dumps(rows).decode(), "replica": self._replica})

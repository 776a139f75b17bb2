"""Watching a PostgreSQL that several replicas write: what the others have to tell, for the live views of this one."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, func, literal_column, select

from service.contract.errors import LeakInspectionError, SchemaMissing
from service.contract.journal_entry import ALARM_KINDS, Entry
from service.record.database.engine import Database
from service.record.database.entry_row import entry_of
from service.record.database.schema import entries, wells
from service.record.queries.lookup import with_models
from service.record.queries.search import NOT_A_DECISION, standing

AT_ONCE = 1000
LOOK_EVERY_S = 0.3
RETRY_S = 1.0
AFTER_RAISED = tuple(kind.value for kind in ALARM_KINDS[1:])

REPLICA: ColumnElement[str | None] = literal_column("entries.replica")  # a column that SQLite does not have

logger = logging.getLogger(__name__)


class HeardEntry(NamedTuple):
    """An entry of another replica, with its place in the shared record and the name of that replica."""

    sequence: int
    replica: str
    entry: Entry


class OtherReplicas:
    """Follows what other replicas put into PostgreSQL.

    Replicas insert one after the other, so a sequence that is seen has no lower one still to come.
    """

    def __init__(
        self, database: Database, replica: str, look_every_s: float = LOOK_EVERY_S, retry_s: float = RETRY_S
    ) -> None:
        self._database = database
        self._replica = replica
        self._look_every_s = look_every_s
        self._retry_s = retry_s
        self._sequence: int | None = None
        self.reached = False
        """The last look at the database found it."""

    async def watch(self) -> AsyncIterator[list[HeardEntry]]:
        """Yield first how things stand, then what comes; for ever, through outages of the database."""
        while True:
            try:
                found, more = await self._database.read(self._look)
            except LeakInspectionError as error:
                self.reached = False
                if isinstance(error, SchemaMissing):
                    self._sequence = None  # tables that are made again count from one
                logger.info("what other replicas do is not known at the moment: %s", error)
                await asyncio.sleep(self._retry_s)
                continue
            self.reached = True
            if found:
                yield found
            if not more:
                await asyncio.sleep(self._look_every_s)

    def _look(self, connection: Connection) -> tuple[list[HeardEntry], bool]:
        newest = connection.scalar(select(func.coalesce(func.max(entries.c.sequence), 0))) or 0
        if self._sequence is None or newest < self._sequence:
            self._sequence = newest
            return self._standing(connection), False
        query = with_models().where(self._theirs, entries.c.sequence > self._sequence, entries.c.sequence <= newest)
        found = _heard(connection, query.order_by(entries.c.sequence).limit(AT_ONCE))
        more = len(found) == AT_ONCE
        self._sequence = found[-1].sequence if more else newest
        return found, more

    def _standing(self, connection: Connection) -> list[HeardEntry]:
        """The latest decision of each well, the alarms that are not over, and what was done with alarms last."""
        latest = with_models().join(wells, wells.c.sequence == entries.c.sequence).where(self._theirs)
        alarms = with_models().where(self._theirs, standing()).order_by(entries.c.sequence)
        done = with_models().where(self._theirs, NOT_A_DECISION, entries.c.kind.in_(AFTER_RAISED))
        newest = _heard(connection, done.order_by(entries.c.sequence.desc()).limit(AT_ONCE))
        return [*_heard(connection, latest), *_heard(connection, alarms), *reversed(newest)]

    @property
    def _theirs(self) -> ColumnElement[bool]:
        return REPLICA.is_distinct_from(self._replica)


def _heard(connection: Connection, query: Select[tuple[object, ...]]) -> list[HeardEntry]:
    rows = connection.execute(query.add_columns(REPLICA.label("replica")))
    return [HeardEntry(row.sequence, row.replica or "", entry_of(row)) for row in rows]

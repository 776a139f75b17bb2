"""Watching a PostgreSQL that several replicas write: what the others have to tell, for the live views of this one."""

import asyncio
import logging
from collections.abc import AsyncIterator

from sqlalchemy import ColumnElement, Connection, func, literal_column, select

from service.contract.errors import LeakInspectionError
from service.contract.journal_entry import Entry, EventKind
from service.record.database.engine import Database
from service.record.database.schema import entries, wells
from service.record.queries.lookup import recorded, with_models
from service.record.queries.search import NOT_A_DECISION, unacknowledged

AT_ONCE = 1000
LOOK_EVERY_S = 0.3
RETRY_S = 1.0

logger = logging.getLogger(__name__)


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

    async def watch(self) -> AsyncIterator[list[Entry]]:
        """Yield first how things stand, then what comes; for ever, through outages of the database."""
        while True:
            try:
                found, more = await self._database.read(self._look)
            except LeakInspectionError as error:
                self.reached = False
                logger.info("what other replicas do is not known at the moment: %s", error)
                await asyncio.sleep(self._retry_s)
                continue
            self.reached = True
            if found:
                yield found
            if not more:
                await asyncio.sleep(self._look_every_s)

    def _look(self, connection: Connection) -> tuple[list[Entry], bool]:
        newest = connection.scalar(select(func.coalesce(func.max(entries.c.sequence), 0))) or 0
        if self._sequence is None:
            self._sequence = newest
            return self._standing(connection), False
        query = with_models().where(self._theirs, entries.c.sequence > self._sequence, entries.c.sequence <= newest)
        rows = recorded(connection, query.order_by(entries.c.sequence).limit(AT_ONCE))
        more = len(rows) == AT_ONCE
        self._sequence = rows[-1].sequence if more else newest
        return [row.entry for row in rows], more

    def _standing(self, connection: Connection) -> list[Entry]:
        """The latest decision of each well, the alarms nobody has acknowledged, and the last acknowledgements."""
        latest = with_models().join(wells, wells.c.sequence == entries.c.sequence).where(self._theirs)
        alarms = with_models().where(self._theirs, unacknowledged()).order_by(entries.c.sequence)
        taken = with_models().where(self._theirs, NOT_A_DECISION, entries.c.kind == EventKind.ALARM_ACKNOWLEDGED.value)
        taken = taken.order_by(entries.c.sequence.desc()).limit(AT_ONCE)
        return [row.entry for query in (latest, alarms, taken) for row in recorded(connection, query)]

    @property
    def _theirs(self) -> ColumnElement[bool]:
        return literal_column("entries.replica").is_distinct_from(self._replica)

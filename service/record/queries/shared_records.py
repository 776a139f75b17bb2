"""The record that several replicas share."""

from service.contract.decision import Decision
from service.contract.errors import NotFound
from service.record.database.engine import Database
from service.record.queries.records import Records
from service.record.queries.sql_records import SqlRecords


class SharedRecords(SqlRecords):
    """Finds a decision of this replica in its own journal: at once, and while what is shared cannot be reached."""

    def __init__(self, database: Database, own: Records) -> None:
        super().__init__(database)
        self._own = own

    async def decision(self, decision_id: str) -> Decision:
        """Return one decision, or raise ``NotFound``."""
        try:
            return await self._own.decision(decision_id)
        except NotFound:
            return await super().decision(decision_id)

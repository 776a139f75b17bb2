"""Where retention deletes: the journal's own file, between two groups; and PostgreSQL, one replica at a time."""

import asyncio
import sqlite3
from collections.abc import Mapping

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from service.contract.errors import JournalUnavailable, Unavailable
from service.store.journal import Journal
from service.store.retention import Deleted

LOCK = 4_051_847_205
"""Key of PostgreSQL's advisory lock under which one replica deletes and the others do not."""

USED = """
SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size
"""


class JournalShelf:
    """Deletes in the journal's file by its writing thread. Free pages are used again; the file does not shrink."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def delete(self, statement: str, parameters: Mapping[str, int]) -> Deleted:
        """Run one deletion in a transaction of its own."""

        def change(connection: sqlite3.Connection) -> Deleted:
            times = [row[0] for row in connection.execute(statement, dict(parameters)).fetchall()]
            return Deleted(len(times), max(times, default=0), connection.execute(USED).fetchone()[0])

        try:
            return await self._journal.change(change)
        except sqlite3.Error as error:
            raise JournalUnavailable(f"the journal cannot be written ({error})") from error


class PostgresShelf:
    """Deletes in PostgreSQL; the bytes there are its administrator's."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def delete(self, statement: str, parameters: Mapping[str, int]) -> Deleted:
        """Run one deletion in a transaction of its own; none while another replica deletes."""
        try:
            return await asyncio.to_thread(self._delete, statement, parameters)
        except SQLAlchemyError as error:
            raise Unavailable("PostgreSQL cannot be reached") from error

    def _delete(self, statement: str, parameters: Mapping[str, int]) -> Deleted:
        with self._engine.begin() as connection:
            if not connection.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": LOCK}):
                return Deleted(0, 0, 0)
            times = list(connection.scalars(text(statement), dict(parameters)))
            return Deleted(len(times), max(times, default=0), 0)

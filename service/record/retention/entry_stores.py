"""Where retention deletes: the journal's own file, between two groups; and PostgreSQL, one replica at a time."""

import asyncio
import sqlite3
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from service.contract.errors import JournalUnavailable, Unavailable
from service.record.journal.journal import Journal
from service.record.retention.retention import Deleted, Window

LOCK = 4_051_847_205
"""Key of PostgreSQL's advisory lock under which one replica deletes and the others do not."""

END_OF_WINDOW = "SELECT at FROM entries WHERE at >= :since AND at < :before ORDER BY at LIMIT 1 OFFSET :rows"
# The sign keeps SQLite from searching by sequence: the window is the shorter way.
DELETE = "DELETE FROM entries WHERE at >= :since AND at < :until AND +sequence <= :read AND {which}"
FORGET_WELLS = "DELETE FROM wells WHERE at < :before"
USED = """
SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size
"""

T = TypeVar("T")


class JournalEntryStore:
    """Deletes in the journal's file by its writing thread. Free pages are used again; the file does not shrink."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def delete(self, which: str, window: Window) -> Deleted:
        """Delete what fulfils a condition in a window, in a transaction of its own."""

        def change(connection: sqlite3.Connection) -> Deleted:
            end = connection.execute(END_OF_WINDOW, window._asdict()).fetchone()
            until = _until(window, end[0] if end else None)
            rows = connection.execute(DELETE.format(which=which), window._asdict() | {"until": until}).rowcount
            return Deleted(rows, until, connection.execute(USED).fetchone()[0])

        return await self._change(change)

    async def forget_wells(self, before: int) -> None:
        """Take the wells off the board that have sent nothing since."""
        await self._change(lambda connection: connection.execute(FORGET_WELLS, {"before": before}).rowcount)

    async def _change(self, function: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return await self._journal.change(function)
        except sqlite3.Error as error:
            raise JournalUnavailable(f"the journal cannot be written ({error})") from error


class PostgresEntryStore:
    """Deletes in PostgreSQL, unless another replica does; the bytes there are its administrator's.

    It seldom does: its engine should keep no connection in between.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def delete(self, which: str, window: Window) -> Deleted:
        """Delete what fulfils a condition in a window, in a transaction of its own."""

        def change(connection: Connection) -> Deleted:
            end = connection.scalar(text(END_OF_WINDOW), window._asdict())
            until = _until(window, end)
            rows = connection.execute(text(DELETE.format(which=which)), window._asdict() | {"until": until}).rowcount
            return Deleted(rows, until, 0)

        return await asyncio.to_thread(self._change, change)

    async def forget_wells(self, before: int) -> None:
        """Take the wells off the board that have sent nothing since."""

        def change(connection: Connection) -> None:
            connection.execute(text(FORGET_WELLS), {"before": before})

        await asyncio.to_thread(self._change, change)

    def _change(self, function: Callable[[Connection], T]) -> T:
        try:
            with self._engine.begin() as connection:
                if not connection.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": LOCK}):
                    raise Unavailable("another replica deletes in PostgreSQL")
                return function(connection)
        except SQLAlchemyError as error:
            raise Unavailable("PostgreSQL cannot be reached") from error


def _until(window: Window, end: int | None) -> int:
    """The end of a window: that of the range where it holds fewer rows, and always some progress."""
    return window.before if end is None else max(end, window.since + 1)

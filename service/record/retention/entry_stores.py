"""Where retention deletes: the journal's own file, between two groups; and PostgreSQL, one replica at a time."""

import asyncio
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from service.contract.errors import JournalUnavailable, Unavailable
from service.record.journal.journal import Journal

LOCK = 4_051_847_205
"""Key of PostgreSQL's advisory lock under which one replica deletes and the others do not."""

T = TypeVar("T")


Execute = Callable[[str, Mapping[str, int]], Any]
"""Runs a statement with named values within the transaction; returns either driver's cursor."""


class EntryStore(Protocol):
    """A database that deletes.

    ``used`` is a query for the bytes in use; ``aged`` a condition that holds for what is old by another clock too.
    """

    used: str
    aged: str

    async def change(self, function: Callable[[Execute], T]) -> T:
        """Call a function in a transaction of its own."""


class JournalEntryStore:
    """Deletes in the journal's file by its writing thread. Free pages are used again; the file does not shrink."""

    used = """SELECT (page_count - freelist_count) * page_size
        FROM pragma_page_count, pragma_freelist_count, pragma_page_size"""
    aged = "TRUE"

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def change(self, function: Callable[[Execute], T]) -> T:
        """Call a function between two groups of writes."""
        try:
            return await self._journal.change(lambda connection: function(connection.execute))
        except sqlite3.Error as error:
            raise JournalUnavailable(f"the journal cannot be written ({error})") from error


class PostgresEntryStore:
    """Deletes in PostgreSQL, unless another replica does; the bytes there are its administrator's.

    It seldom does: its engine should keep no connection in between.
    """

    used = "SELECT 0"
    aged = "coalesce(inserted_at, 0) < :before"

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def change(self, function: Callable[[Execute], T]) -> T:
        """Call a function under the lock."""
        return await asyncio.to_thread(self._change, function)

    def _change(self, function: Callable[[Execute], T]) -> T:
        try:
            with self._engine.begin() as connection:
                if not connection.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": LOCK}):
                    raise Unavailable("another replica deletes in PostgreSQL")
                return function(lambda statement, values: connection.execute(text(statement), values))
        except SQLAlchemyError as error:
            raise Unavailable("PostgreSQL cannot be reached") from error

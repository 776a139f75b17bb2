"""Where the record can be read: a SQLite file or a PostgreSQL server, off the event loop and with a deadline."""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from service.contract.errors import Overloaded, RecordDamaged, SchemaMissing, SetupError, TooBroad, Unavailable
from service.record.database.schema import migrate
from service.record.database.sockets import Sockets

T = TypeVar("T")

READERS = 2
GRACE_S = 2.0
"""What a server gets beyond the deadline that it keeps itself."""
MIGRATION_DEADLINE_S = 3600.0
CLOSE_S = 5.0
MISSING = frozenset({"42P01", "42703", "3F000"})
"""What PostgreSQL calls a missing table, column or schema."""
MOST_WAITING = 64
STEPS_BETWEEN_CHECKS = 5000
BUSY_TIMEOUT_S = 5.0
# A server that has vanished is noticed within seconds, and one that waits for us lets go of its locks as soon.
POSTGRES = {
    "connect_timeout": 3,
    "keepalives_idle": 10,
    "tcp_user_timeout": 10_000,
    "options": "-c statement_timeout=30s -c idle_in_transaction_session_timeout=30s",
}


class Database:
    """Runs functions in a few threads, each with a connection of its own; bounded in number and in time.

    A server that does not answer by the deadline is cut off, since a thread would wait for it for ever.
    """

    def __init__(self, engine: Engine, deadline_s: float = 10.0, threads: int = READERS) -> None:
        self._engine = engine
        self._deadline_s = deadline_s
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="record")
        self._sockets = Sockets(engine)
        self._waiting = 0
        self._closed = False

    @property
    def url(self) -> str:
        """Where it is, for :func:`engine_at`; it may hold a password."""
        return self._engine.url.render_as_string(hide_password=False)

    async def read(self, function: Callable[[Connection], T]) -> T:
        """Call ``function`` with a connection in a thread.

        Raises:
            TooBroad: it took longer than the deadline.
            Overloaded: too many others wait.
            Unavailable: the database cannot be reached or read.
        """
        return await self._within(partial(self._call, function), self._deadline_s + GRACE_S)

    async def change(self, function: Callable[[Connection], T]) -> T:
        """Call ``function`` with a connection in a thread, in one transaction.

        Raises:
            SchemaMissing: tables are not there.
            Unavailable: the database cannot be reached or written, or does not answer.
        """
        return await self._within(partial(self._call, function, writing=True), self._deadline_s + GRACE_S)

    async def migrate(self, *, anew: bool = False) -> None:
        """Bring the schema up to date; ``anew`` makes what is missing of it again."""
        await self._within(partial(migrate, self._engine, anew=anew), MIGRATION_DEADLINE_S)

    async def _within(self, call: Callable[[], T], seconds: float) -> T:
        if self._waiting >= MOST_WAITING:
            raise Overloaded(f"{self._waiting} searches of the record wait already: try again")
        if self._closed:
            raise Unavailable("the record is closed")
        self._waiting += 1
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.get_running_loop().run_in_executor(self._threads, call)
        except TimeoutError as error:
            self._sockets.cut()
            raise Unavailable("the record gives no answer: try again") from error
        finally:
            self._waiting -= 1

    def disconnect(self) -> None:
        """Drop the connections that nobody uses; the next read opens another."""
        self._engine.dispose()

    async def close(self) -> None:
        """Wait for what runs and close the connections."""
        self._closed = True
        ending = asyncio.ensure_future(asyncio.to_thread(self._threads.shutdown))
        await asyncio.wait({ending}, timeout=CLOSE_S)
        self._sockets.cut()
        await ending
        self._engine.dispose()

    def _call(self, function: Callable[[Connection], T], *, writing: bool = False) -> T:
        try:
            with self._engine.begin() if writing else self._engine.connect() as connection:
                if not writing:
                    _limit(connection, self._deadline_s)
                return function(connection)
        except DBAPIError as error:
            raise self._explained(error) from error
        except SQLAlchemyError as error:
            raise Unavailable("the record cannot be reached: try again") from error

    def _explained(self, error: DBAPIError) -> Exception:
        if _is_timeout(error):
            return TooBroad(f"the search took longer than {self._deadline_s:g} s: narrow it, for example by time")
        if getattr(error.orig, "sqlstate", None) in MISSING:
            return SchemaMissing("tables of the record are missing: they are made again with the next entry")
        if is_damage(error):
            return RecordDamaged(f"the record is damaged ({error.orig})")
        return Unavailable("the record cannot be read at the moment: try again")


def sqlite_engine(path: Path, *, writable: bool = False) -> Engine:
    """Open a journal's file; read-only unless asked otherwise."""
    engine = create_engine(
        URL.create("sqlite", database=str(path)), connect_args={"timeout": BUSY_TIMEOUT_S}, pool_size=READERS + 1
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA query_only = {0 if writable else 1}")

    return engine


def postgres_engine(url: str, *, keep: bool = True) -> Engine:
    """Open a PostgreSQL by URL, ``postgresql://user:password@host/database``; ``keep`` its connections open.

    Raises:
        SetupError: the URL is not one of PostgreSQL.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise SetupError("the database URL cannot be parsed: write postgresql://user:password@host/database") from error
    if parsed.get_backend_name() != "postgresql":
        raise SetupError(f"the database URL names {parsed.get_backend_name()}: only postgresql is supported")
    parsed = parsed.set(drivername="postgresql+psycopg")
    if not keep:
        return create_engine(parsed, poolclass=NullPool, connect_args=POSTGRES)
    return create_engine(parsed, pool_size=READERS + 1, pool_pre_ping=True, connect_args=POSTGRES)


def engine_at(url: str) -> Engine:
    """Open for reading what another process reads, by its :attr:`Database.url`."""
    parsed = make_url(url)
    return sqlite_engine(Path(parsed.database or "")) if parsed.get_backend_name() == "sqlite" else postgres_engine(url)


def _limit(connection: Connection, seconds: float) -> None:
    """Let no statement of this connection take longer."""
    if connection.dialect.name == "sqlite":
        end = time.monotonic() + seconds
        driver: Any = connection.connection.driver_connection
        driver.set_progress_handler(lambda: time.monotonic() > end, STEPS_BETWEEN_CHECKS)
    else:
        connection.exec_driver_sql(f"SET statement_timeout = {int(seconds * 1000)}")


def is_damage(error: DBAPIError) -> bool:
    """Say whether SQLite finds that a file is no database, or is damaged."""
    return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def _is_timeout(error: DBAPIError) -> bool:
    return "interrupted" in str(error.orig) or getattr(error.orig, "sqlstate", None) == "57014"

"""The journal's SQLite file as its one writer sees it: groups of rows in, each group one transaction on disk."""

import fcntl
import os
import sqlite3
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from sqlalchemy import insert
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError

from service.contract.decision import Decision
from service.contract.errors import JournalUnavailable, SetupError
from service.contract.journal_entry import Entry
from service.record.database.engine import sqlite_engine
from service.record.database.entry_row import model_body, row_of
from service.record.database.schema import entries, migrate

T = TypeVar("T")

# Python looks for an adapter of each None that it hands to SQLite: to look in vain takes three times as long as this.
sqlite3.register_adapter(type(None), {None: None}.get)

ROWS_IN_STATEMENT = 25
CACHE_KIB = 16_000
WAL_LIMIT_BYTES = 64 * 1024 * 1024

LATEST_OF_WELLS = """
INSERT INTO wells SELECT camera_id, well_id, at, max(sequence) FROM entries
WHERE sequence > ? AND kind = 'decision' AND camera_id IS NOT NULL AND well_id IS NOT NULL GROUP BY camera_id, well_id
ON CONFLICT DO UPDATE SET at = excluded.at, sequence = excluded.sequence
"""
"""SQLite takes ``at`` from the row that has the greatest ``sequence``. The clock may have gone back: the order of
writing counts."""


class JournalFile:
    """Writes entries with ascending sequences; for one thread at a time.

    Every commit is flushed to the disk (``synchronous = FULL``), so what was written survives a power cut.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.folder = path.parent
        self._connection: sqlite3.Connection | None = None
        self._lock: int | None = None
        self._models: set[int | None] = set()
        self.last_sequence = 0

    def create(self) -> None:
        """Create or update the file, and keep every other service away from it.

        Raises:
            SetupError: another service writes it, or a newer version did.
            JournalUnavailable: the folder or file cannot be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._lock = _locked(self._path.with_suffix(".lock"))
            engine = sqlite_engine(self._path, writable=True)
            try:
                migrate(engine)
            except BaseException:
                self.close()
                raise
            finally:
                engine.dispose()
        except OSError as error:
            raise JournalUnavailable(f"the journal {self._path} cannot be created: {error.strerror}") from error
        except DBAPIError as error:
            raise JournalUnavailable(f"{self._path} cannot be read as a journal: {error.orig}") from error

    def write(self, group: Sequence[Entry]) -> int:
        """Write all entries or none; return the sequence of the first, the others follow without a gap.

        Raises:
            sqlite3.Error: nothing was written.
        """
        return self.change(lambda connection: self._insert(connection, group))

    def change(self, function: Callable[[sqlite3.Connection], T]) -> T:
        """Call a function within one transaction; whatever it raises leaves the file as it was."""
        connection = self._open()
        before = self.last_sequence
        connection.execute("BEGIN IMMEDIATE")
        try:
            result = function(connection)
            connection.execute("COMMIT")
        except BaseException:
            self.last_sequence = before
            self._models.clear()  # what this transaction has added is gone
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return result

    def disconnect(self) -> None:
        """Drop a connection that may be damaged; the next write opens another."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.close()

    def close(self) -> None:
        """Close the file and let another service have it."""
        self.disconnect()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
            connection.executescript(
                f"""PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = OFF;
                PRAGMA cache_size = -{CACHE_KIB}; PRAGMA journal_size_limit = {WAL_LIMIT_BYTES};"""
            )
            # AUTOINCREMENT keeps the highest sequence ever used, also when the newest rows have been deleted.
            last = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'entries'").fetchone()
            self.last_sequence = last[0] if last else 0
            self._models.clear()
            self._connection = connection
        return self._connection

    def _insert(self, connection: sqlite3.Connection, group: Sequence[Entry]) -> int:
        before = self.last_sequence
        for start in range(0, len(group), ROWS_IN_STATEMENT):
            part = group[start : start + ROWS_IN_STATEMENT]
            values: list[object] = []
            for sequence, entry in enumerate(part, before + start + 1):
                row = row_of(entry)
                values.append(sequence)
                values.extend(row)
                if isinstance(entry, Decision) and row.model not in self._models:
                    model = (row.model, model_body(entry.model).decode())
                    connection.execute("INSERT OR IGNORE INTO models VALUES (?, ?)", model)
                    self._models.add(row.model)
            connection.execute(_insert_statement(len(part)), values)
        connection.execute(LATEST_OF_WELLS, (before,))
        self.last_sequence = before + len(group)
        return before + 1


@lru_cache(maxsize=ROWS_IN_STATEMENT)
def _insert_statement(rows: int) -> str:
    """One statement for several rows: Python's lock is released and taken again once for all of them, not for each."""
    nothing = dict.fromkeys(entries.columns.keys())
    return str(insert(entries).values([nothing] * rows).compile(dialect=sqlite.dialect(paramstyle="qmark")))


def _locked(path: Path) -> int:
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(lock)
        raise SetupError(f"another service writes to {path.parent}: give each its own data folder") from error
    return lock

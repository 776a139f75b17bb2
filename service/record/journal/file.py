"""The journal's SQLite file as its one writer sees it: groups of rows in, each group one transaction on disk."""

import logging
import sqlite3
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from sqlalchemy import insert
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError

from service.contract.decision import Decision
from service.contract.errors import JournalUnavailable, RecordDamaged
from service.contract.journal_entry import Entry, entry_id
from service.contract.stored_files.durable_file import flush
from service.record.database.engine import is_damage, sqlite_engine
from service.record.database.entry_row import model_body, row_of
from service.record.database.schema import entries, migrate
from service.record.journal.file_guard import FileGuard, FileLoss, beside, is_whole, set_aside
from service.record.journal.folder_lock import FolderLock

T = TypeVar("T")

logger = logging.getLogger(__name__)

# Python looks for an adapter of each None that it hands to SQLite: to look in vain takes three times as long as this.
sqlite3.register_adapter(type(None), {None: None}.get)

ROWS_IN_STATEMENT = 100
CACHE_KIB = 4_000
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
        self._lock = FolderLock(path)
        self._guard: FileGuard | None = None
        self._models: set[int | None] = set()
        self.lost: FileLoss | None = None
        self.last_sequence = 0

    def create(self) -> None:
        """Create or update the file, and keep every other service away from it.

        Raises:
            SetupError: another service writes it, or a newer version did.
            RecordDamaged: what is there is no whole journal.
            JournalUnavailable: the folder or file cannot be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._lock.take()
            self._migrate()
            self._guard = FileGuard(self._path)
            self._open()  # what is opened can be saved even if it is removed
        except OSError as error:
            raise JournalUnavailable(f"the journal {self._path} cannot be created: {error.strerror}") from error
        except DBAPIError as error:
            if is_damage(error):
                raise RecordDamaged(str(error.orig)) from error
            raise JournalUnavailable(f"{self._path} cannot be read as a journal: {error.orig}") from error

    def set_aside(self) -> Path:
        """Give a damaged file another name; ``create`` begins a new one."""
        self._unguard()
        return set_aside(self._path)

    def write(self, group: Sequence[Entry]) -> int:
        """Write all entries or none; return the sequence of the first, the others follow without a gap.

        Raises:
            sqlite3.Error: nothing was written.
        """
        return self.change(lambda connection: self._insert(connection, group))

    def change(self, function: Callable[[sqlite3.Connection], T]) -> T:
        """Call a function within one transaction; whatever it raises leaves the file as it was.

        Raises:
            JournalUnavailable: the file was removed or damaged behind the service's back, before or meanwhile.
        """
        self.look()
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
        self.look()  # what went into a file that is no more must not be acknowledged
        return result

    def look(self) -> None:
        """Look whether the file is still what it was; what was lost once stays so, as a new file would hide the loss.

        Raises:
            JournalUnavailable: it is not.
        """
        loss = self._guard.loss() if self.lost is None and self._guard is not None else None
        if loss is not None:
            self.lost = loss
            logger.critical("%s %s while the service writes it", self._path, loss.text)
        if self.lost is not None:
            raise JournalUnavailable(f"{self._path.name} {self.lost.text}: see to the disk, then restart the service")

    def rescue(self, held: Sequence[Entry]) -> None:
        """Write what the open connection still has, and entries that wait, to a new file in the place of a lost one.

        Raises:
            sqlite3.Error: it cannot be read or written.
            OSError: likewise.
        """
        connection, loss = self._connection, self.lost
        if connection is None or loss is None or not loss.readable:
            return
        known = "SELECT 1 FROM entries WHERE id = ?"
        missing = [entry for entry in held if not connection.execute(known, (entry_id(entry),)).fetchone()]
        connection.execute("BEGIN IMMEDIATE")
        self._insert(connection, missing)
        connection.execute("COMMIT")
        place = self._path.with_stem(f"{self._path.stem}-rescued") if self._path.exists() else self._path
        part = place.with_suffix(".part")
        copy_journal(connection, part)
        flush(part)
        for old in beside(place):
            old.unlink(missing_ok=True)
        part.replace(place)
        flush(place.parent)
        logger.critical("the lost journal was written anew, to %s", place)

    def disconnect(self) -> None:
        """Drop a connection that may be damaged; the next write opens another."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.close()

    def close(self) -> None:
        """Let another service have the file; the last reader has closed it before."""
        self._unguard()
        self._lock.release()

    def _unguard(self) -> None:
        self.disconnect()
        if self._guard is not None:
            self._guard.close()
            self._guard = None

    def _migrate(self) -> None:
        if not is_whole(self._path):
            raise RecordDamaged(f"{self._path.name} was cut or overwritten")
        engine = sqlite_engine(self._path, writable=True)
        try:
            migrate(engine)
        finally:
            engine.dispose()

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
            connection.executescript(
                f"""PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = OFF;
                PRAGMA cache_size = -{CACHE_KIB}; PRAGMA journal_size_limit = {WAL_LIMIT_BYTES};"""
            )
            self.last_sequence = _last_sequence(connection)
            self._models.clear()
            self._connection = connection
            if self._guard is not None:
                self._guard.connected()
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


def copy_journal(source: sqlite3.Connection, target: Path) -> int:
    """Copy one moment of a journal to a new file; return the last sequence in it."""
    copy = sqlite3.connect(target)
    try:
        # In one step: a copy in several would start anew whenever the journal is written.
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
        return _last_sequence(copy)
    finally:
        copy.close()


def _last_sequence(connection: sqlite3.Connection) -> int:
    """AUTOINCREMENT keeps the highest sequence ever used, also when the newest rows have been deleted."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'entries'").fetchone()
    return int(row[0]) if row else 0

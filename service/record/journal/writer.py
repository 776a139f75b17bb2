"""The journal's one writing thread: groups commits, tells who waits, and tries again where the disk refuses."""

import logging
import shutil
import sqlite3
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from service.contract.errors import JournalUnavailable
from service.record.journal.file import JournalFile
from service.record.journal.write_queue import Transaction, WriteBatch, WriteQueue

LOOK_EVERY_S = 1.0
"""How often an idle journal's file is looked at; otherwise with each group of writes."""
PROBE = "INSERT INTO followers VALUES ('probe', 0) ON CONFLICT DO UPDATE SET sequence = followers.sequence + 1"

logger = logging.getLogger(__name__)

Settle = Callable[[Sequence[WriteBatch], Exception | None, int], None]


@dataclass(frozen=True, slots=True)
class Recovery:
    """How often a refused disk is tried again, and the bytes that must be free for that."""

    retry_s: float = 0.5
    min_free_bytes: int = 32 * 2**20


class Writer(threading.Thread):
    """Writes what is pending until it is closed.

    A failed group is split: batches that somebody waits for are refused, those already acknowledged stay in line and
    are written as soon as the disk takes them again. ``settle(batches, error, first_sequence)`` and ``failed()`` are
    called from this thread.
    """

    def __init__(
        self, file: JournalFile, pending: WriteQueue, settle: Settle, failed: Callable[[], None], recovery: Recovery
    ) -> None:
        super().__init__(name="journal", daemon=True)
        self._file = file
        self._pending = pending
        self._settle = settle
        self._failed = failed
        self._recovery = recovery
        self._held: list[WriteBatch] = []
        self.why: str | None = None

    def run(self) -> None:
        try:
            self._work()
        except BaseException:  # whatever it was, nobody may wait for a thread that is no more
            self.why = "the journal's thread has failed: restart the service"
            self._settle(self._pending.drain(), RuntimeError(self.why), 0)
            logger.critical("the journal's thread has failed", exc_info=True)
        finally:
            self._file.disconnect()

    def _work(self) -> None:
        while (group := self._pending.take(LOOK_EVERY_S if self.why is None else self._recovery.retry_s)) is not None:
            if group.batches:
                self._write([*self._held, *group.batches])
            elif not group.jobs:
                self._look() if self.why is None else self._try_again()
            for job in group.jobs:
                self._run_job(job)
        if self._held:
            self._write(self._held)
        if self._held:
            logger.error("%d acknowledged entries could not be written: %s", self._rows(self._held), self.why)

    def _write(self, batches: list[WriteBatch]) -> None:
        try:
            first = self._file.write([entry for batch in batches for entry in batch.entries])
        except Exception as error:  # the thread must outlive whatever one entry provokes
            self._sort_out(batches, error)
            return
        self._held = []
        self.why = None
        self._pending.written(self._rows(batches))
        self._settle(batches, None, first)

    def _look(self) -> None:
        try:
            self._file.look()
        except JournalUnavailable as error:
            self._lose([], error)

    def _sort_out(self, batches: list[WriteBatch], error: Exception) -> None:
        if self._file.lost is not None:
            self._lose(batches, error)
        elif _is_of_the_disk(error):
            self._file.disconnect()
            self.why = f"the journal cannot be written ({error}): see to the disk"
            self._held = [batch for batch in batches if batch.waiter is None]
            self._refuse([batch for batch in batches if batch.waiter is not None], error)
        elif len(batches) == 1:
            logger.error("an entry cannot be written and is dropped: %r", error)
            self._held = []
            self._refuse(batches, error)
        else:
            for batch in batches:
                self._write([*self._held, batch] if self.why is not None else [batch])

    def _lose(self, batches: list[WriteBatch], error: Exception) -> None:
        """Refuse everything from now on, for a file that is gone; save what was acknowledged, if that can be."""
        told_before, self.why = self.why is not None, str(error)
        self._held = [batch for batch in batches if batch.waiter is None]
        self._refuse([batch for batch in batches if batch.waiter is not None], error)
        if told_before:
            return
        try:
            self._file.rescue([entry for batch in self._held for entry in batch.entries])
        except (sqlite3.Error, OSError):
            logger.exception("what was in the lost journal could not be saved")
        else:
            self._pending.written(self._rows(self._held))
            self._held = []

    def _refuse(self, batches: list[WriteBatch], error: Exception) -> None:
        self._failed()
        self._pending.written(self._rows(batches))
        self._settle(batches, error, 0)

    def _try_again(self) -> None:
        if self._file.lost is not None:
            return
        try:
            if shutil.disk_usage(self._file.folder).free < self._recovery.min_free_bytes:
                return
            if self._held:
                self._write(self._held)
                return
            self._file.change(lambda connection: connection.execute(PROBE))
        except (sqlite3.Error, OSError):
            self._file.disconnect()
        else:
            self.why = None

    def _run_job(self, job: Transaction) -> None:
        if not job.result.set_running_or_notify_cancel():
            return
        try:
            job.result.set_result(self._file.change(job.function))
        except Exception as error:  # whoever asked for the job gets the error
            job.result.set_exception(error)

    @staticmethod
    def _rows(batches: Sequence[WriteBatch]) -> int:
        return sum(len(batch.entries) for batch in batches)


def _is_of_the_disk(error: Exception) -> bool:
    """Whether the same entry may well be written later, elsewhere than with an entry that no disk can take."""
    entry_errors = (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.DataError, sqlite3.InterfaceError)
    return isinstance(error, sqlite3.Error | OSError) and not isinstance(error, entry_errors)

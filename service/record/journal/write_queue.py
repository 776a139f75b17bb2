"""What waits to be written: bounded, taken in groups."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, NamedTuple

from service.contract.journal_entry import Entry


class WriteBatch(NamedTuple):
    """Entries that are written together or not at all; ``waiter`` is told where somebody waits for that."""

    entries: Sequence[Entry]
    waiter: asyncio.Future[None] | None


@dataclass(frozen=True, slots=True)
class Transaction:
    """Another change of the file, made between two groups in a transaction of its own."""

    function: Callable[[sqlite3.Connection], Any]
    result: Future[Any]


class WriteGroup(NamedTuple):
    """What the writer does next."""

    batches: list[WriteBatch]
    jobs: list[Transaction]


class WriteQueue:
    """The queue between the event loop and the writer's thread."""

    def __init__(self, linger_s: float) -> None:
        self._linger_s = linger_s
        self._changed = threading.Condition()
        self._batches: list[WriteBatch] = []
        self._jobs: list[Transaction] = []
        self._urgent = False
        self.closing = False
        self.rows = 0

    def add(self, batch: WriteBatch) -> None:
        """Queue a batch; one with a waiter ends the writer's lingering."""
        with self._changed:
            first = not self._batches
            self._batches.append(batch)
            self.rows += len(batch.entries)
            if batch.waiter is not None:
                self._urgent = True
            if first or batch.waiter is not None:
                self._changed.notify()

    def add_transaction(self, job: Transaction) -> None:
        """Queue a job for the next occasion."""
        with self._changed:
            self._jobs.append(job)
            self._changed.notify()

    def close(self) -> None:
        """Tell the writer to finish what is queued and to end."""
        with self._changed:
            self.closing = True
            self._changed.notify()

    def take(self, timeout_s: float | None = None) -> WriteGroup | None:
        """Wait for something to do, then gather more for a moment unless it is urgent.

        Returns:
            A group; an empty one after the timeout; None at the end.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._batches or self._jobs or self.closing, timeout_s)
            if self.closing and not self._batches and not self._jobs:
                return None
            if self._batches and not self._jobs:
                self._changed.wait_for(lambda: self._urgent or self._jobs or self.closing, self._linger_s)
            return self._all()

    def drain(self) -> list[WriteBatch]:
        """Take what nobody will write any more."""
        with self._changed:
            group = self._all()
        for job in group.jobs:
            job.result.cancel()
        return group.batches

    def written(self, rows: int) -> None:
        """Give back the places of rows that have been written or dropped."""
        with self._changed:
            self.rows -= rows

    def _all(self) -> WriteGroup:
        group = WriteGroup(self._batches, self._jobs)
        self._batches, self._jobs, self._urgent = [], [], False
        return group

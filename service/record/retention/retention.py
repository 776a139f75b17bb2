"""How long the record is kept: ages by verdict and a cap on bytes; good wells go first, leaks last.

A decision that was reviewed or raised an alarm stays as long as the review or alarm does. A good well that a follower
has not read yet stays until the record has twice the bytes of its cap; nothing else that is unread is deleted.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Protocol

from service.contract.decision import Verdict
from service.contract.errors import LeakInspectionError
from service.record.database.entry_row import micros
from service.settings import RetentionPolicy

DELETION_ORDER = (Verdict.NO_LEAK, Verdict.UNKNOWN, Verdict.LEAK)
ROWS_AT_ONCE = 500
FOR_EVER = 2**62
UNREAD_FACTOR = 2
ANEW_EVERY = timedelta(days=1)

logger = logging.getLogger(__name__)

UNUSED = """
NOT EXISTS (SELECT 1 FROM entries AS later WHERE later.about = entries.id AND later.about IS NOT NULL)
"""
OF_VERDICT = {verdict: f"kind = 'decision' AND verdict = '{verdict.value}' AND {UNUSED}" for verdict in Verdict}
OTHERS = "kind <> 'decision'"


class Window(NamedTuple):
    """The next ``rows`` entries by time, from ``since`` to ``before`` (excluded), up to the sequence ``read``."""

    since: int
    before: int
    read: int
    rows: int = ROWS_AT_ONCE


class Deleted(NamedTuple):
    """What one step did: how many rows went, the time it came to, and the bytes that remain in use."""

    rows: int
    until: int
    bytes_used: int


class EntryStore(Protocol):
    """A database that deletes."""

    async def delete(self, which: str, window: Window) -> Deleted:
        """Delete what fulfils a condition in a window, in a transaction of its own."""

    async def forget_wells(self, before: int) -> None:
        """Take the wells off the board that have sent nothing since."""


class Retention:
    """Deletes in many short steps and leaves as much time between them as they take.

    A step looks at a bounded number of entries, whatever they are, and the next goes on where it ended; once a day
    everything is looked at again, for what was held back then.
    """

    def __init__(self, store: EntryStore, policy: RetentionPolicy, read: Callable[[], int] = lambda: FOR_EVER) -> None:
        self._store = store
        self._policy = policy
        self._read = read
        self._since: dict[str, int] = {}
        self._anew_at = datetime.min.replace(tzinfo=UTC)
        self.bytes_used = 0

    async def run(self, every_s: float = 60.0) -> None:
        """Sweep now and then, until cancelled."""
        while True:
            try:
                await self.sweep(datetime.now(UTC))
            except LeakInspectionError as error:
                logger.info("old entries are deleted later: %s", error)
            await asyncio.sleep(every_s)

    async def sweep(self, now: datetime) -> None:
        """Delete what is too old, then what is too much."""
        if now >= self._anew_at:
            self._since.clear()
            self._anew_at = now + ANEW_EVERY
        for verdict in DELETION_ORDER:
            await self._delete_older(OF_VERDICT[verdict], _before(now, self._policy.days[verdict]))
        await self._delete_older(OTHERS, _before(now, self._policy.event_days or self._policy.days[Verdict.LEAK]))
        await self._store.forget_wells(_before(now, max(self._policy.days.values())))
        if self._policy.max_bytes is not None:
            for verdict in DELETION_ORDER:
                await self._make_room(verdict, self._policy.max_bytes)

    async def _delete_older(self, which: str, before: int) -> None:
        while (await self._step(which, before, self._read())).until < before:
            pass

    async def _make_room(self, verdict: Verdict, max_bytes: int) -> None:
        until = 0
        while self.bytes_used > max_bytes and until < FOR_EVER:
            desperate = verdict is Verdict.NO_LEAK and self.bytes_used > UNREAD_FACTOR * max_bytes
            step = await self._step(OF_VERDICT[verdict], FOR_EVER, FOR_EVER if desperate else self._read())
            until = step.until

    async def _step(self, which: str, before: int, read: int) -> Deleted:
        started = time.monotonic()
        deleted = await self._store.delete(which, Window(self._since.get(which, 0), before, read))
        if deleted.until < FOR_EVER:
            self._since[which] = max(self._since.get(which, 0), deleted.until)
        self.bytes_used = deleted.bytes_used
        await asyncio.sleep(time.monotonic() - started)
        return deleted


def _before(now: datetime, days: float) -> int:
    return micros(now - timedelta(days=days))

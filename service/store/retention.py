"""How long the record is kept: ages by verdict and a cap on bytes; good wells go first, leaks last.

A decision that was reviewed or raised an alarm stays as long as the review or alarm does. A good well that a follower
has not read yet stays until the record has twice the bytes of its cap; nothing else that is unread is deleted.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Protocol

from service.contract.decision import Verdict
from service.contract.errors import LeakInspectionError
from service.store.row import micros

DELETION_ORDER = (Verdict.NO_LEAK, Verdict.UNKNOWN, Verdict.LEAK)
ROWS_AT_ONCE = 200
FOR_EVER = 2**62
UNREAD_FACTOR = 2

logger = logging.getLogger(__name__)

PLAIN = "kind = 'decision' AND verdict = 'no_leak'"
PARTIAL = "kind = 'decision' AND verdict <> 'no_leak' AND verdict = '{verdict}'"
DELETE_DECISIONS = """
DELETE FROM entries WHERE sequence IN (
    SELECT sequence FROM entries AS old
    WHERE {which} AND at >= :since AND at < :before AND sequence <= :read
    AND NOT EXISTS (SELECT 1 FROM entries AS later WHERE later.about = old.id AND later.about IS NOT NULL)
    ORDER BY at LIMIT :rows
) RETURNING at
"""
DELETE_OTHERS = """
DELETE FROM entries WHERE sequence IN (
    SELECT sequence FROM entries WHERE kind <> 'decision' AND at >= :since AND at < :before AND sequence <= :read
    ORDER BY sequence LIMIT :rows
) RETURNING at
"""
DELETE_WELLS = """
DELETE FROM wells WHERE at >= :since AND at < :before AND sequence <= :read AND :rows > 0 RETURNING at
"""
STATEMENTS = {
    verdict: DELETE_DECISIONS.format(
        which=PLAIN if verdict is Verdict.NO_LEAK else PARTIAL.format(verdict=verdict.value)
    )
    for verdict in Verdict
}


@dataclass(frozen=True, slots=True)
class RetentionLimits:
    """Bytes (None for no cap), days by verdict, and days of reviews and events."""

    max_bytes: int | None = 20 * 2**30
    days: Mapping[Verdict, float] = field(
        default_factory=lambda: {Verdict.NO_LEAK: 90, Verdict.UNKNOWN: 365, Verdict.LEAK: 1825}
    )
    event_days: float = 1825


class Deleted(NamedTuple):
    """What one short deletion did: how many rows went, the time of the last of them, the bytes that remain in use."""

    rows: int
    last_at: int
    bytes_used: int


class Shelf(Protocol):
    """A database that deletes: the same statements with the same named parameters."""

    async def delete(self, statement: str, parameters: Mapping[str, int]) -> Deleted:
        """Run one deletion in a transaction of its own."""


class Retention:
    """Deletes in many short steps and leaves as much time between them as they take."""

    def __init__(self, shelf: Shelf, limits: RetentionLimits, read: Callable[[], int] = lambda: FOR_EVER) -> None:
        self._shelf = shelf
        self._limits = limits
        self._read = read
        self._since = dict.fromkeys([*STATEMENTS.values(), DELETE_OTHERS, DELETE_WELLS], 0)
        self.bytes_used = 0

    async def run(self, every_s: float = 60.0) -> None:
        """Sweep now and then, until cancelled."""
        while True:
            try:
                await self.sweep(datetime.now(UTC))
            except LeakInspectionError as error:
                logger.warning("old entries are deleted later: %s", error)
            await asyncio.sleep(every_s)

    async def sweep(self, now: datetime) -> None:
        """Delete what is too old, then what is too much."""
        for verdict in DELETION_ORDER:
            await self._delete_all(STATEMENTS[verdict], _before(now, self._limits.days[verdict]))
        await self._delete_all(DELETE_OTHERS, _before(now, self._limits.event_days))
        await self._delete_all(DELETE_WELLS, _before(now, max(self._limits.days.values())))
        if self._limits.max_bytes is not None:
            for verdict in DELETION_ORDER:
                await self._make_room(verdict, self._limits.max_bytes)

    async def _delete_all(self, statement: str, before: int) -> None:
        while (await self._step(statement, before, self._read())).rows == ROWS_AT_ONCE:
            pass

    async def _make_room(self, verdict: Verdict, max_bytes: int) -> None:
        while self.bytes_used > max_bytes:
            desperate = verdict is Verdict.NO_LEAK and self.bytes_used > UNREAD_FACTOR * max_bytes
            step = await self._step(STATEMENTS[verdict], FOR_EVER, FOR_EVER if desperate else self._read())
            if step.rows == 0:
                return

    async def _step(self, statement: str, before: int, read: int) -> Deleted:
        started = time.monotonic()
        parameters = {"since": self._since[statement], "before": before, "read": read, "rows": ROWS_AT_ONCE}
        deleted = await self._shelf.delete(statement, parameters)
        self._since[statement] = max(self._since[statement], deleted.last_at)
        self.bytes_used = deleted.bytes_used
        await asyncio.sleep(time.monotonic() - started)
        return deleted


def _before(now: datetime, days: float) -> int:
    return micros(now - timedelta(days=days))

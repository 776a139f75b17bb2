"""How long the record is kept: ages by verdict and a cap on bytes; good wells go first, leaks last.

A decision that was reviewed or raised an alarm stays as long as the review or alarm does. A good well that a follower
has not read yet stays until the record has twice the bytes of its cap; nothing else that is unread is deleted.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import NamedTuple

from service.contract.decision import Verdict
from service.contract.errors import LeakInspectionError
from service.record.clock import ClockReading, RecordClock, TimeRange
from service.record.retention.entry_stores import EntryStore, Execute
from service.setting_groups import RetentionPolicy

DELETION_ORDER = (Verdict.NO_LEAK, Verdict.UNKNOWN, Verdict.LEAK)
ROWS_AT_ONCE = 500
FOR_EVER = 2**62
UNREAD_FACTOR = 2
ANEW_EVERY = timedelta(days=1)
MOST_GOOD_PER_SWEEP = 200_000
MOST_PER_SWEEP = 2000
"""Rows of each other kind that a sweep deletes for their age at most: whatever goes wrong takes time to be seen."""

logger = logging.getLogger(__name__)

UNUSED = """
NOT EXISTS (SELECT 1 FROM entries AS later WHERE later.about = entries.id AND later.about IS NOT NULL)
"""
OF_VERDICT = {verdict: f"kind = 'decision' AND verdict = '{verdict.value}' AND {UNUSED}" for verdict in Verdict}
CHOICES = ("model_activated", "camera_armed", "camera_disarmed", "shadow_started", "shadow_ended")
"""What people chose stays for ever: it is the witness of files that can get lost."""
OTHERS = f"kind <> 'decision' AND kind NOT IN {CHOICES}"
NEWEST = "SELECT coalesce(max(sequence), 0) FROM entries"
END_OF_WINDOW = "SELECT at FROM entries WHERE at >= :since AND at < :before ORDER BY at LIMIT 1 OFFSET :rows"
# The sign keeps SQLite from searching by sequence: the window is the shorter way.
DELETE = "DELETE FROM entries WHERE at >= :since AND at < :until AND +sequence <= :read AND {which}"
FORGET_WELLS = "DELETE FROM wells WHERE at >= :since AND at < :before AND sequence <= :read"


class Deleted(NamedTuple):
    """What one step did: how many rows went, the time it came to, and the bytes that remain in use."""

    rows: int
    until: int
    bytes_used: int


class Retention:
    """Deletes in many short steps and leaves as much time between them as they take.

    A step looks at a bounded number of entries, whatever they are, and the next goes on where it ended; once a day
    everything is looked at again, for what was held back then. What was written since the start is deleted for its age
    only once the process has run for that long.
    """

    def __init__(self, store: EntryStore, policy: RetentionPolicy, read: Callable[[], int] = lambda: FOR_EVER) -> None:
        self._store = store
        self._policy = policy
        self._read = read
        self._newest_at_start: int | None = None
        self._since: dict[str, int] = {}
        self._anew_after = timedelta()
        self.bytes_used = 0

    async def run(self, clock: RecordClock, every_s: float = 60.0) -> None:
        """Sweep now and then, until cancelled."""
        while True:
            try:
                await self.sweep(await asyncio.to_thread(clock.look))
            except LeakInspectionError as error:
                logger.info("old entries are deleted later: %s", error)
            await asyncio.sleep(every_s)

    async def sweep(self, reading: ClockReading) -> None:
        """Delete what is too old, then what is too much."""
        if self._newest_at_start is None:
            self._newest_at_start = await self._store.change(partial(_figure, NEWEST))
        if reading.running >= self._anew_after:
            self._since.clear()
            self._anew_after = reading.running + ANEW_EVERY
        days = self._policy.days
        for verdict in DELETION_ORDER:
            await self._delete_older(OF_VERDICT[verdict], days[verdict], reading)
        await self._delete_older(OTHERS, self._policy.event_days or days[Verdict.LEAK], reading)
        await self._forget_wells(max(days.values()), reading)
        self.bytes_used = await self._store.change(partial(_figure, self._store.used))
        if self._policy.max_bytes is not None:
            for verdict in DELETION_ORDER:
                await self._make_room(verdict, self._policy.max_bytes, reading)

    async def _delete_older(self, which: str, days: float, reading: ClockReading) -> None:
        most = MOST_GOOD_PER_SWEEP if which == OF_VERDICT[Verdict.NO_LEAK] else MOST_PER_SWEEP
        for dates in reading.older_than(days):
            while most > 0 and self._since.get(which, 0) < dates.before:
                step = await self._step(which, dates, min(self._read(), self._deletable(days, reading)))
                most -= step.rows

    async def _forget_wells(self, days: float, reading: ClockReading) -> None:
        for dates in reading.older_than(days):
            window = dates._asdict() | {"read": self._deletable(days, reading)}
            await self._store.change(partial(_forget_wells, window))

    async def _make_room(self, verdict: Verdict, max_bytes: int, reading: ClockReading) -> None:
        """Delete the oldest; what is dated by a clock that was behind comes last, as it only looks old."""
        which = OF_VERDICT[verdict]
        for dates in reading.surely_dated(FOR_EVER):
            await self._make_room_within(which, dates, max_bytes)
        if self.bytes_used > max_bytes and reading.shifts:
            self._since.pop(which, None)
            await self._make_room_within(which, TimeRange(0, FOR_EVER), max_bytes)

    async def _make_room_within(self, which: str, dates: TimeRange, max_bytes: int) -> None:
        until = 0
        while self.bytes_used > max_bytes and until < dates.before:
            desperate = which == OF_VERDICT[Verdict.NO_LEAK] and self.bytes_used > UNREAD_FACTOR * max_bytes
            until = (await self._step(which, dates, FOR_EVER if desperate else self._read())).until

    def _deletable(self, days: float, reading: ClockReading) -> int:
        """The last sequence that may be deleted for an age, whatever its date says."""
        return FOR_EVER if reading.running >= timedelta(days=days) else self._newest_at_start or 0

    async def _step(self, which: str, dates: TimeRange, read: int) -> Deleted:
        started = time.monotonic()
        since = max(self._since.get(which, 0), dates.since)
        window = {"since": since, "before": dates.before, "read": read, "rows": ROWS_AT_ONCE}
        aged = self._store.aged if dates.before < FOR_EVER else "TRUE"
        deleted = await self._store.change(partial(_delete, f"{which} AND {aged}", window, self._store.used))
        if deleted.until < FOR_EVER:
            self._since[which] = max(self._since.get(which, 0), deleted.until)
        self.bytes_used = deleted.bytes_used
        await asyncio.sleep(time.monotonic() - started)
        return deleted


def _delete(which: str, window: dict[str, int], used: str, execute: Execute) -> Deleted:
    end = execute(END_OF_WINDOW, window).fetchone()
    # The end of the range where it holds fewer rows, and always some progress.
    until = window["before"] if end is None else max(end[0], window["since"] + 1)
    rows = execute(DELETE.format(which=which), window | {"until": until}).rowcount
    return Deleted(rows, until, _figure(used, execute))


def _figure(query: str, execute: Execute) -> int:
    return int(execute(query, {}).fetchone()[0])


def _forget_wells(window: dict[str, int], execute: Execute) -> None:
    """Take the wells off the board that have sent nothing since."""
    execute(FORGET_WELLS, window)

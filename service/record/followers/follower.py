"""Whoever else wants the journal's entries follows it: a place of its own in the sequence, kept on disk."""

import asyncio
import logging
import random
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from service.contract.errors import JournalUnavailable
from service.record.journal.journal import Journal

logger = logging.getLogger(__name__)


class Step(NamedTuple):
    """How far a sink has come, how many entries it has passed on since, and what is wrong although it goes on."""

    sequence: int
    delivered: int
    why: str | None = None


@dataclass(frozen=True, slots=True)
class FollowerPace:
    """Seconds a follower gathers after a step, between notes of its place, and from failure to failure (doubling)."""

    gather_s: float = 0.0
    note_every_s: float = 0.0
    first_retry_s: float = 0.5
    longest_retry_s: float = 30.0


class Sink(Protocol):
    """Where entries go.

    ``kinds`` are those it is interested in, none for all. ``from_start`` says whether a new sink gets what was
    written before it came, too.
    """

    name: str
    kinds: Sequence[str]
    from_start: bool
    pace: FollowerPace

    async def advance(self, sequence: int) -> Step:
        """Pass on the next entries after a place, in order; whatever it raises is tried again from that place.

        The place returned is noted on disk some time later: after a crash entries may be passed on again, which a
        sink must make harmless by their ids.
        """

    async def close(self) -> None:
        """Let go of connections."""


class Follower:
    """Leads one sink along the journal, however long the sink is out of reach."""

    def __init__(self, journal: Journal, sink: Sink, pace: FollowerPace | None = None) -> None:
        self._journal = journal
        self._sink = sink
        self._pace = pace or sink.pace
        self._noted = 0
        self._note_after = 0.0
        self.sequence = 0
        self.why: str | None = None

    @property
    def name(self) -> str:
        return self._sink.name

    @property
    def reads_decisions(self) -> bool:
        """Whether no decision may be deleted that the sink has not got."""
        return not self._sink.kinds

    @property
    def behind(self) -> int:
        """How many entries have yet to be looked at."""
        return max(0, self._journal.tail.last_sequence - self.sequence)

    async def start(self) -> None:
        """Find the place to go on from."""
        known = await self._journal.change(lambda connection: _place(connection, self.name))
        if known is None:
            self.sequence = 0 if self._sink.from_start else self._journal.tail.last_sequence
            await self._note()
        else:
            self.sequence = self._noted = known

    async def run(self) -> None:
        """Follow until cancelled or until the journal is closed; ``start`` comes first."""
        retry_s = self._pace.first_retry_s
        try:
            while await self._journal.tail.news(self.sequence):
                try:
                    await self._step()
                except Exception as error:  # a follower outlives whatever its sink provokes
                    self._complain(error)
                    await asyncio.sleep(retry_s * random.uniform(0.5, 1.0))  # noqa: S311  # jitter
                    retry_s = min(2 * retry_s, self._pace.longest_retry_s)
                else:
                    retry_s = self._pace.first_retry_s
                    await asyncio.sleep(self._pace.gather_s)
        finally:
            await self._finish()

    async def _step(self) -> None:
        step = await self._sink.advance(self.sequence)
        self.sequence, self.why = step.sequence, step.why
        if step.delivered and asyncio.get_running_loop().time() >= self._note_after:
            await self._note()

    async def _note(self) -> None:
        place = self.sequence
        await self._journal.change(lambda connection: _move(connection, self.name, place))
        self._noted = place
        self._note_after = asyncio.get_running_loop().time() + self._pace.note_every_s

    async def _finish(self) -> None:
        with suppress(JournalUnavailable):
            if self.sequence != self._noted:
                await self._note()
        await self._sink.close()

    def _complain(self, error: Exception) -> None:
        if self.why is None:
            logger.warning("%s gets nothing until it can be reached again: %r", self.name, error)
        self.why = f"{self.name} cannot be reached ({type(error).__name__}): it catches up as soon as it can"


def _place(connection: sqlite3.Connection, name: str) -> int | None:
    found = connection.execute("SELECT sequence FROM followers WHERE name = ?", (name,)).fetchone()
    return None if found is None else int(found[0])


def _move(connection: sqlite3.Connection, name: str, sequence: int) -> None:
    connection.execute(
        "INSERT INTO followers VALUES (?, ?) ON CONFLICT DO UPDATE SET sequence = excluded.sequence", (name, sequence)
    )

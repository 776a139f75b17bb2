"""Events about cameras and about the service itself that wait for their place in the journal."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from pydantic import JsonValue

from service.contract.errors import JournalUnavailable
from service.contract.journal_entry import Event, EventKind, new_id
from service.record.journal.receipt import DecisionLog

logger = logging.getLogger(__name__)

MOST_UNKEPT = 1000
RETRY_S = 0.5

Note = Callable[[EventKind, Mapping[str, JsonValue]], Awaitable[None]]


async def note(journal: DecisionLog, kind: EventKind, payload: Mapping[str, JsonValue]) -> None:
    """Keep an event; where the journal cannot take it, the log has it, and readiness says what is wrong."""
    try:
        await journal.append([Event(new_id(), kind, datetime.now(UTC), payload=payload)]).kept()
    except JournalUnavailable as error:
        logger.exception("event not kept", extra={"event": kind, "payload": payload, "problem": str(error)})


class EventOutbox:
    """Keeps events in their order; what the journal cannot take now it gets as soon as it can.

    Of more than ``MOST_UNKEPT`` the oldest are forgotten.
    """

    def __init__(self, journal: DecisionLog, retry_s: float = RETRY_S) -> None:
        self._journal = journal
        self._retry_s = retry_s
        self._unkept: deque[Event] = deque(maxlen=MOST_UNKEPT)
        self._news = asyncio.Event()

    def add(self, events: Sequence[Event]) -> None:
        """Take events; the caller never waits."""
        self._unkept.extend(events)
        if events:
            self._news.set()

    async def run(self) -> None:
        """Keep them, for ever."""
        while True:
            await self._news.wait()
            self._news.clear()
            if not await self._keep():
                await asyncio.sleep(self._retry_s)
                self._news.set()

    async def _keep(self) -> bool:
        events = list(self._unkept)
        try:
            receipt = self._journal.append(events)
        except JournalUnavailable:
            return False
        self._unkept.clear()
        try:
            await receipt.kept()
        except JournalUnavailable:
            # A write that was given up may be done yet: the same ids again would be refused.
            self._unkept.extendleft(replace(event, event_id=new_id()) for event in reversed(events))
            return False
        return True

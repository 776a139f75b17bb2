"""What people write into the record: reviews of decisions and acknowledgements of alarms."""

from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol

from service.contract.decision import Verdict
from service.contract.errors import JournalUnavailable, Unavailable
from service.contract.journal_entry import Entry, Event, Review, new_id
from service.control_room.live_views import AlarmView
from service.record.journal.receipt import DecisionLog
from service.record.queries.records import Records

MOST_TAKEN = 1000
"""Acknowledgements that are remembered until a shared record is sure to show them."""


class Alarms(Protocol):
    """The active alarms as an acknowledgement needs them."""

    def acknowledge(self, alarm_id: str, operator: str, comment: str, elsewhere: Event | None = None) -> Event:
        """End an alarm, of this replica or raised ``elsewhere``; raise ``NotFound`` where none of that id is active."""

    def restore(self, active: Sequence[Event]) -> None:
        """Make these alarms active, and no others."""


class OperatorActions:
    """Writes durably; everything that was written before stays."""

    def __init__(self, journal: DecisionLog, records: Records, alarms: Alarms) -> None:
        self._journal = journal
        self._records = records
        self._alarms = alarms
        self._taken: deque[str] = deque(maxlen=MOST_TAKEN)

    async def review(self, decision_id: str, verdict: Verdict, reviewer: str, comment: str) -> Review:
        """Keep a person's verdict on a decision.

        Raises:
            NotFound: there is no such decision.
            JournalUnavailable: it cannot be kept.
        """
        await self._records.decision(decision_id)
        review = Review(new_id(), decision_id, datetime.now(UTC), verdict, reviewer, comment)
        await self._keep(review)
        return review

    async def acknowledge(self, alarm_id: str, operator: str, comment: str) -> AlarmView:
        """Keep that a person took note of an alarm.

        Raises:
            NotFound: no alarm of that id waits for anybody.
            JournalUnavailable: it cannot be kept; the alarm goes on.
        """
        active = await self._active()
        raised = next((event for event in active if event.event_id == alarm_id), None)
        taken = self._alarms.acknowledge(alarm_id, operator, comment, None if alarm_id in self._taken else raised)
        try:
            await self._keep(taken)
        except JournalUnavailable:
            if active:
                self._alarms.restore(active)
            raise
        self._taken.append(alarm_id)
        return AlarmView.raised(raised or taken).acknowledged(taken)

    async def _active(self) -> list[Event]:
        try:
            return await self._records.active_alarms()
        except Unavailable:  # alarms of this replica can be acknowledged while a shared record is away
            return []

    async def _keep(self, entry: Entry) -> None:
        await self._journal.append([entry]).kept()

"""What people write into the record: reviews of decisions, and what they do with alarms."""

from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

from service.contract.decision import Verdict
from service.contract.errors import JournalUnavailable, NotFound, Unavailable
from service.contract.journal_entry import Event, Review, new_id
from service.monitoring.alarms.alarm import Alarm
from service.monitoring.alarms.events import alarm_after
from service.record.journal.receipt import DecisionLog
from service.record.queries.records import Records

MOST_TAKEN = 1000
"""Acknowledgements that are remembered until a shared record is sure to show them."""


class Alarms(Protocol):
    """The standing alarms as people act on them; each raises ``NotFound`` where no such alarm waits for that."""

    @property
    def standing(self) -> Sequence[Alarm]:
        """Those of this replica."""

    def acknowledge(self, alarm_id: str, operator: str, comment: str, elsewhere: Alarm | None = None) -> Event:
        """Take note of an alarm, of this replica or raised ``elsewhere``."""

    def shelve(
        self, alarm_id: str, until: datetime, operator: str, reason: str, elsewhere: Alarm | None = None
    ) -> Event:
        """Put it aside for a while."""

    def unshelve(self, alarm_id: str, operator: str, comment: str, elsewhere: Alarm | None = None) -> Event:
        """Take it up again."""

    def kept(self, events: Sequence[Event]) -> None:
        """Know that events are on record."""

    def withdraw(self, events: Sequence[Event]) -> None:
        """Take back what could not be kept."""


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
        await self._journal.append([review]).kept()
        return review

    async def acknowledge(self, alarm_ids: Sequence[str], operator: str, comment: str) -> list[Alarm]:
        """Keep that a person took note of alarms, of all or of none; return those that waited for it.

        Raises:
            NotFound: none of them waits for anybody.
            JournalUnavailable: it cannot be kept; the alarms go on.
        """
        elsewhere = await self._elsewhere(alarm_ids)
        taken, refusal = [], NotFound("no alarm was named")
        for alarm_id in dict.fromkeys(alarm_ids):
            theirs = None if alarm_id in self._taken else elsewhere.get(alarm_id)
            try:
                taken.append(self._alarms.acknowledge(alarm_id, operator, comment, theirs))
            except NotFound as error:
                refusal = error
        if not taken:
            raise refusal
        done = await self._keep(taken)
        self._taken.extend(alarm.alarm_id for alarm in done)
        return done

    async def shelve(self, alarm_id: str, time: timedelta, operator: str, reason: str) -> Alarm:
        """Keep that a person put an alarm aside for some time; it comes back by itself.

        Raises:
            NotFound: no such alarm stands.
            JournalUnavailable: it cannot be kept; the alarm is not shelved.
        """
        theirs = (await self._elsewhere([alarm_id])).get(alarm_id)
        until = datetime.now(UTC) + time
        return (await self._keep([self._alarms.shelve(alarm_id, until, operator, reason, theirs)]))[0]

    async def unshelve(self, alarm_id: str, operator: str, comment: str) -> Alarm:
        """Keep that a person took an alarm from the shelf.

        Raises:
            NotFound: no such alarm is shelved.
            JournalUnavailable: it cannot be kept.
        """
        theirs = (await self._elsewhere([alarm_id])).get(alarm_id)
        return (await self._keep([self._alarms.unshelve(alarm_id, operator, comment, theirs)]))[0]

    async def _elsewhere(self, alarm_ids: Sequence[str]) -> dict[str, Alarm]:
        """Look up alarms that this replica has not raised."""
        if {*alarm_ids} <= {alarm.alarm_id for alarm in self._alarms.standing}:
            return {}
        try:
            return {alarm.alarm_id: alarm for alarm in await self._records.standing_alarms()}
        except Unavailable:  # alarms of this replica can be acknowledged while a shared record is away
            return {}

    async def _keep(self, events: Sequence[Event]) -> list[Alarm]:
        try:
            await self._journal.append(events).kept()
        except JournalUnavailable:
            self._alarms.withdraw(events)
            raise
        self._alarms.kept(events)
        return [alarm_after(event) for event in events]

from collections.abc import Sequence

import pytest

from service.contract.decision import Verdict
from service.contract.errors import JournalUnavailable, NotFound, Unavailable
from service.contract.journal_entry import Event, EventKind, Review
from service.control_room.operator_actions import OperatorActions
from tests.decisions import START, a_decision
from tests.journals import FullJournal, MemoryJournal
from tests.small_record import SmallRecord

RAISED = Event("alarm-1", EventKind.ALARM_RAISED, START, "cam-1", "12a", payload={"verdict": "leak"})


class OneAlarm:
    """An alarm layer with one alarm."""

    def __init__(self) -> None:
        self.active = {"alarm-1"}

    def acknowledge(self, alarm_id: str, operator: str, comment: str, elsewhere: Event | None = None) -> Event:
        if alarm_id not in self.active and elsewhere is None:
            raise NotFound("no such alarm is active")
        self.active.discard(alarm_id)
        payload = {"operator": operator, "comment": comment}
        return Event("event-2", EventKind.ALARM_ACKNOWLEDGED, START, "cam-1", "12a", None, alarm_id, payload)

    def restore(self, active: Sequence[Event]) -> None:
        self.active = {event.event_id for event in active}


async def test_a_review_is_kept_with_its_author() -> None:
    decision = a_decision(Verdict.LEAK)
    journal = MemoryJournal()
    actions = OperatorActions(journal, SmallRecord([decision]), OneAlarm())
    review = await actions.review(decision.decision_id, Verdict.NO_LEAK, "Anna", "a reflection")
    assert journal.entries == [review]
    assert isinstance(review, Review)
    assert (review.decision_id, review.verdict, review.reviewer) == (decision.decision_id, Verdict.NO_LEAK, "Anna")


async def test_nothing_is_kept_about_a_decision_that_does_not_exist() -> None:
    journal = MemoryJournal()
    with pytest.raises(NotFound):
        await OperatorActions(journal, SmallRecord([]), OneAlarm()).review("no-such", Verdict.LEAK, "Anna", "")
    assert journal.entries == []


async def test_an_acknowledgement_is_kept_and_counts_once() -> None:
    journal = MemoryJournal()
    actions = OperatorActions(journal, SmallRecord([], [RAISED]), OneAlarm())
    alarm = await actions.acknowledge("alarm-1", "Anna", "")
    assert (alarm.alarm_id, alarm.raised_at, alarm.acknowledged_by) == ("alarm-1", START, "Anna")
    assert [entry.kind for entry in journal.entries if isinstance(entry, Event)] == [EventKind.ALARM_ACKNOWLEDGED]
    with pytest.raises(NotFound):
        await actions.acknowledge("alarm-1", "Anna", "")


async def test_an_alarm_goes_on_where_its_acknowledgement_cannot_be_kept() -> None:
    layer = OneAlarm()
    with pytest.raises(JournalUnavailable):
        await OperatorActions(FullJournal(), SmallRecord([], [RAISED]), layer).acknowledge("alarm-1", "Anna", "")
    assert layer.active == {"alarm-1"}


async def test_an_alarm_of_another_replica_is_acknowledged_once_though_the_shared_record_shows_it_for_a_while() -> None:
    layer, journal = OneAlarm(), MemoryJournal()
    layer.active.clear()
    actions = OperatorActions(journal, SmallRecord([], [RAISED]), layer)
    assert (await actions.acknowledge("alarm-1", "Anna", "")).acknowledged_by == "Anna"
    with pytest.raises(NotFound):
        await actions.acknowledge("alarm-1", "Boris", "")
    assert len(journal.entries) == 1


class RecordAway(SmallRecord):
    """A shared record that cannot be reached."""

    async def active_alarms(self) -> list[Event]:
        raise Unavailable("the record cannot be reached")


async def test_an_alarm_can_be_acknowledged_while_the_shared_record_is_away() -> None:
    journal = MemoryJournal()
    alarm = await OperatorActions(journal, RecordAway([]), OneAlarm()).acknowledge("alarm-1", "Anna", "")
    assert (alarm.alarm_id, alarm.acknowledged_by) == ("alarm-1", "Anna")
    assert len(journal.entries) == 1

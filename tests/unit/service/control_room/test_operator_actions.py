from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service.contract.decision import Verdict
from service.contract.errors import JournalUnavailable, MalformedField, NotFound, Unavailable
from service.contract.journal_entry import Event, EventKind, Review
from service.control_room.operator_actions import OperatorActions
from service.monitoring.alarms.alarm import Alarm, AlarmState
from service.monitoring.alarms.desk import AlarmDesk
from service.monitoring.alarms.events import alarm_after
from service.monitoring.alarms.layer import AlarmLayer
from service.setting_groups import AlarmRule
from tests.decisions import START, a_decision
from tests.journals import FullJournal, MemoryJournal
from tests.small_record import SmallRecord

RAISED = Event("alarm-1", EventKind.ALARM_RAISED, START, "cam-1", "12a", payload={"verdict": "leak"})


def desk(*standing: Event) -> AlarmDesk:
    made = AlarmDesk(AlarmLayer(AlarmRule()))
    made.restore(alarm_after(event) for event in standing)
    return made


def states(alarms: AlarmDesk) -> list[AlarmState]:
    return [alarm.state for alarm in alarms.standing]


async def test_a_review_is_kept_with_its_author() -> None:
    decision = a_decision(Verdict.LEAK)
    journal = MemoryJournal()
    actions = OperatorActions(journal, SmallRecord([decision]), desk())
    review = await actions.review(decision.decision_id, Verdict.NO_LEAK, "Anna", "a reflection")
    assert journal.entries == [review]
    assert isinstance(review, Review)
    assert (review.decision_id, review.verdict, review.reviewer) == (decision.decision_id, Verdict.NO_LEAK, "Anna")


async def test_nothing_is_kept_about_a_decision_that_does_not_exist() -> None:
    journal = MemoryJournal()
    with pytest.raises(NotFound):
        await OperatorActions(journal, SmallRecord([]), desk()).review("no-such", Verdict.LEAK, "Anna", "")
    assert journal.entries == []


async def test_an_acknowledgement_is_kept_and_counts_once() -> None:
    journal = MemoryJournal()
    actions = OperatorActions(journal, SmallRecord([], [RAISED]), desk(RAISED))
    (alarm,) = await actions.acknowledge(["alarm-1"], "Anna", "")
    assert (alarm.alarm_id, alarm.raised_at, alarm.acknowledged_by) == ("alarm-1", START, "Anna")
    assert [entry.kind for entry in journal.entries if isinstance(entry, Event)] == [EventKind.ALARM_ACKNOWLEDGED]
    with pytest.raises(NotFound, match="already, by Anna"):
        await actions.acknowledge(["alarm-1"], "Boris", "")


async def test_many_alarms_are_acknowledged_with_one_decision_and_others_are_left_alone() -> None:
    raised = [replace(RAISED, event_id=f"alarm-{number}", well_id=str(number)) for number in range(4)]
    journal, alarms = MemoryJournal(), desk(*raised)
    actions = OperatorActions(journal, SmallRecord([], raised), alarms)
    await actions.acknowledge(["alarm-1"], "Anna", "")
    done = await actions.acknowledge(["alarm-1", "alarm-2", "alarm-3", "no-such"], "Boris", "steam")
    assert [(alarm.alarm_id, alarm.acknowledged_by) for alarm in done] == [("alarm-2", "Boris"), ("alarm-3", "Boris")]
    assert states(alarms) == [AlarmState.UNACKNOWLEDGED, *[AlarmState.ACKNOWLEDGED] * 3]


async def test_an_alarm_goes_on_where_what_a_person_does_cannot_be_kept() -> None:
    alarms = desk(RAISED)
    actions = OperatorActions(FullJournal(), SmallRecord([], [RAISED]), alarms)
    with pytest.raises(JournalUnavailable):
        await actions.acknowledge(["alarm-1"], "Anna", "")
    with pytest.raises(JournalUnavailable):
        await actions.shelve("alarm-1", timedelta(minutes=5), "Anna", "known")
    assert states(alarms) == [AlarmState.UNACKNOWLEDGED]


async def test_a_shelved_alarm_says_who_shelved_it_until_when_and_why() -> None:
    alarms = desk(RAISED)
    actions = OperatorActions(MemoryJournal(), SmallRecord([], [RAISED]), alarms)
    shelved = await actions.shelve("alarm-1", timedelta(minutes=5), "Anna", "known scratch")
    assert shelved.shelved_until is not None
    assert timedelta() < shelved.shelved_until - datetime.now(UTC) <= timedelta(minutes=5)
    assert (shelved.shelved_by, shelved.shelf_reason) == ("Anna", "known scratch")
    back = await actions.unshelve("alarm-1", "Boris", "")
    assert back.state is AlarmState.UNACKNOWLEDGED
    with pytest.raises(NotFound):
        await actions.unshelve("alarm-1", "Boris", "")


async def test_what_names_no_well_cannot_be_shelved_as_it_would_hide_others() -> None:
    nameless = replace(RAISED, well_id=None)
    with pytest.raises(MalformedField, match="hide"):
        await OperatorActions(MemoryJournal(), SmallRecord([]), desk(nameless)).shelve(
            "alarm-1", timedelta(minutes=5), "Anna", "known"
        )


async def test_an_alarm_of_another_replica_is_acknowledged_once_though_the_shared_record_shows_it_for_a_while() -> None:
    journal = MemoryJournal()
    actions = OperatorActions(journal, SmallRecord([], [RAISED]), desk())
    assert (await actions.acknowledge(["alarm-1"], "Anna", ""))[0].acknowledged_by == "Anna"
    with pytest.raises(NotFound):
        await actions.acknowledge(["alarm-1"], "Boris", "")
    assert len(journal.entries) == 1


class RecordAway(SmallRecord):
    """A shared record that cannot be reached."""

    async def standing_alarms(self) -> list[Alarm]:
        raise Unavailable("the record cannot be reached")


async def test_an_alarm_can_be_acknowledged_while_the_shared_record_is_away() -> None:
    journal = MemoryJournal()
    (alarm,) = await OperatorActions(journal, RecordAway([]), desk(RAISED)).acknowledge(["alarm-1"], "Anna", "")
    assert (alarm.alarm_id, alarm.acknowledged_by) == ("alarm-1", "Anna")
    assert len(journal.entries) == 1

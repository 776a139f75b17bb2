"""What people do with alarms here and at other replicas, and what time does."""

from dataclasses import replace
from datetime import timedelta

import pytest

from service.contract.decision import Verdict
from service.contract.errors import MalformedField, NotFound
from service.contract.journal_entry import Event, EventKind
from service.monitoring.alarms.alarm import Alarm, AlarmState
from service.monitoring.alarms.desk import AlarmDesk
from service.monitoring.alarms.events import alarm_after
from service.monitoring.alarms.figures import AlarmRate
from service.monitoring.alarms.layer import AlarmLayer
from service.setting_groups import AlarmRule
from tests.clock import Clock
from tests.decisions import START, a_decision

RULE = AlarmRule(confirmations=1, window=1)


class Plant:
    """A desk with a clock, and one leaking well."""

    def __init__(self) -> None:
        self.clock = Clock()
        layer = AlarmLayer(RULE, self.clock, lambda: START + timedelta(seconds=self.clock.now))
        self.desk = AlarmDesk(layer, AlarmRate(self.clock))
        raised = self.show(Verdict.LEAK)
        assert raised is not None
        self.raised = raised

    def show(self, verdict: Verdict, well_id: str | None = "12a") -> Event | None:
        return self.desk.observe(a_decision(verdict, well_id=well_id))

    @property
    def alarm(self) -> Alarm:
        (alarm,) = self.desk.standing
        return alarm


def elsewhere(plant: Plant) -> AlarmDesk:
    """The desk of another replica, which knows the alarm from the record alone."""
    del plant
    return AlarmDesk(AlarmLayer(RULE))


def test_an_acknowledgement_at_another_replica_counts_here() -> None:
    plant = Plant()
    known = alarm_after(plant.raised)
    plant.desk.heard(elsewhere(plant).acknowledge(known.alarm_id, "Anna", "seen", known))
    assert (plant.alarm.state, plant.alarm.acknowledged_by) == (AlarmState.ACKNOWLEDGED, "Anna")
    returned = plant.show(Verdict.NO_LEAK)
    assert returned is not None
    assert returned.payload["state"] == "normal"


def test_two_replicas_that_know_half_each_agree_in_the_end_that_an_alarm_is_over() -> None:
    plant = Plant()
    known = alarm_after(plant.raised)
    plant.show(Verdict.NO_LEAK)  # the other one has not heard of it yet
    theirs = elsewhere(plant).acknowledge(known.alarm_id, "Anna", "seen", known)
    assert theirs.payload["state"] == "acknowledged"
    plant.desk.heard(theirs)
    assert plant.desk.standing == []
    (owed,) = plant.desk.check()
    assert (owed.payload["state"], owed.payload["operator"]) == ("normal", "Anna")
    assert plant.desk.check() == []


def test_a_shelf_at_another_replica_counts_here_and_ends_here() -> None:
    plant = Plant()
    known = alarm_after(plant.raised)
    until = START + timedelta(minutes=1)
    plant.desk.heard(elsewhere(plant).shelve(known.alarm_id, until, "Anna", "lamp", known))
    assert plant.alarm.state is AlarmState.SHELVED
    plant.clock.now = 60
    (back,) = plant.desk.check()
    assert (back.kind, back.payload["state"]) == (EventKind.ALARM_UNSHELVED, "unacknowledged")
    assert "operator" not in back.payload, "time did it"


def test_what_is_told_of_alarms_of_others_changes_nothing_here() -> None:
    plant = Plant()
    plant.desk.heard(replace(plant.raised, event_id="e", alarm_id="other", kind=EventKind.ALARM_ACKNOWLEDGED))
    assert plant.alarm.state is AlarmState.UNACKNOWLEDGED


def test_what_cannot_be_done_is_refused_with_a_reason() -> None:
    plant = Plant()
    plant.show(Verdict.LEAK, well_id=None)
    nameless = plant.desk.standing[-1]
    with pytest.raises(MalformedField, match="names no well"):
        plant.desk.shelve(nameless.alarm_id, START + timedelta(hours=1), "Anna", "lamp")
    with pytest.raises(NotFound, match="not shelved"):
        plant.desk.unshelve(plant.raised.event_id, "Anna", "")
    with pytest.raises(NotFound, match="no such alarm"):
        plant.desk.acknowledge("no-such", "Anna", "")


def test_figures_count_what_is_on_record_and_what_stands() -> None:
    plant = Plant()
    assert plant.desk.figures().last_hour == 0, "not kept yet"
    plant.desk.kept([plant.raised])
    figures = plant.desk.figures()
    assert (figures.last_hour, figures.standing, figures.waiting, figures.chattering) == (1, 1, 1, 0)
    plant.desk.acknowledge(plant.raised.event_id, "Anna", "")
    assert plant.desk.figures().waiting == 0

"""Whatever happens to a well, and in whichever order: no leak and no unknown is lost."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from service.contract.decision import Verdict
from service.contract.journal_entry import EventKind
from service.monitoring.alarms.alarm import WAITING, Alarm, AlarmState, Transition
from service.monitoring.alarms.events import alarm_after, event_of
from service.monitoring.alarms.layer import AlarmLayer
from service.setting_groups import AlarmRule
from tests.clock import Clock
from tests.decisions import START, a_decision

SHELF_S = 30
RULE = AlarmRule(longest_shelf_s=SHELF_S)
STEPS = st.sampled_from(["leak", "unknown", "good", "sure", "acknowledge", "shelve", "unshelve", "wait", "restart"])
SUSPICIOUS = {Verdict.LEAK, Verdict.UNKNOWN}


class Shift:
    """An alarm layer, what was told of it, and what its well has shown."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.layer = self._layer()
        self.told: list[Transition] = []
        self.shown: list[Verdict] = []

    def _layer(self) -> AlarmLayer:
        return AlarmLayer(RULE, self.clock, lambda: START + timedelta(seconds=self.clock.now))

    @property
    def alarm(self) -> Alarm | None:
        return next(iter(self.layer.standing), None)

    def do(self, step: str) -> None:
        self.clock.now += 1
        alarm = self.alarm
        if step == "wait":
            self.clock.now += SHELF_S
        elif step == "restart":
            self._restart()
        elif step in {"acknowledge", "shelve", "unshelve"}:
            if alarm is not None:
                self._act(step, alarm)
        else:
            self._show(step)
        self.told += self.layer.off_the_shelf()

    def _restart(self) -> None:
        standing = self.layer.standing
        self.layer = self._layer()
        self.layer.restore(standing)
        self.shown = []

    def _act(self, step: str, alarm: Alarm) -> None:
        until = START + timedelta(seconds=self.clock.now + SHELF_S)
        if step == "acknowledge" and alarm.acknowledged_at is None:
            self.told.append(self.layer.acknowledge(alarm, "Anna", ""))
        elif step == "shelve":
            self.told.append(self.layer.shelve(alarm, until, "Anna", "known"))
        elif step == "unshelve" and alarm.shelved_until is not None:
            self.told.append(self.layer.unshelve(alarm, "Anna", ""))

    def _show(self, step: str) -> None:
        verdict = {"good": Verdict.NO_LEAK, "unknown": Verdict.UNKNOWN}.get(step, Verdict.LEAK)
        self.shown.append(verdict)
        changed = self.layer.observe(a_decision(verdict, score_ratio=5.0 if step == "sure" else 1.5))
        if changed is not None:
            self.told.append(changed)


@settings(max_examples=300)
@given(st.lists(STEPS, max_size=60))
def test_what_is_confirmed_has_an_alarm_and_what_ends_was_seen_by_a_person(steps: list[str]) -> None:
    shift = Shift()
    for step in steps:
        shift.do(step)
        last = shift.shown[-RULE.window :]
        if sum(verdict in SUSPICIOUS for verdict in last) >= RULE.confirmations and last[-1] in SUSPICIOUS:
            assert shift.alarm is not None
            assert shift.alarm.active
        if step == "sure":
            assert shift.alarm is not None
            assert shift.alarm.verdict is Verdict.LEAK
    for _, kind, alarm, operator, _ in shift.told:
        if alarm.state is AlarmState.NORMAL:
            assert alarm.acknowledged_by == "Anna"
        if kind in {EventKind.ALARM_ACKNOWLEDGED, EventKind.ALARM_SHELVED}:
            assert operator == "Anna"


@settings(max_examples=300)
@given(st.lists(STEPS, max_size=60))
def test_the_record_alone_tells_how_every_alarm_stands(steps: list[str]) -> None:
    shift = Shift()
    for step in steps:
        shift.do(step)
    known: dict[str, Alarm] = {}
    for transition in shift.told:
        event = event_of(transition)
        alarm = alarm_after(event)
        assert alarm == transition.alarm
        known[alarm.alarm_id] = alarm
    recorded = {alarm.alarm_id: alarm.state for alarm in known.values() if alarm.state is not AlarmState.NORMAL}
    assert recorded == {alarm.alarm_id: alarm.state for alarm in shift.layer.standing}


@settings(max_examples=200)
@given(st.lists(STEPS, max_size=40))
def test_no_alarm_stays_on_the_shelf_and_counts_agree(steps: list[str]) -> None:
    shift = Shift()
    for step in steps:
        shift.do(step)
        waiting = sum(alarm.state in WAITING for alarm in shift.layer.standing)
        assert sum(shift.layer.open_by_camera.values()) == waiting
    shift.clock.now += SHELF_S
    shift.layer.off_the_shelf()
    assert all(alarm.state is not AlarmState.SHELVED for alarm in shift.layer.standing)

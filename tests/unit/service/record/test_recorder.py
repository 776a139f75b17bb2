"""What must be on disk is answered when it is there; nobody else waits for it, and it goes on without its caller."""

import asyncio
from collections.abc import Sequence

import pytest
from prometheus_client import CollectorRegistry

from service.contract.decision import Decision, Verdict
from service.contract.errors import JournalUnavailable
from service.contract.journal_entry import Entry, Event, EventKind, entry_id, new_id
from service.monitoring.alarms.desk import AlarmDesk
from service.monitoring.alarms.layer import AlarmLayer
from service.monitoring.cadence import Cadence
from service.monitoring.drift import DriftMonitor
from service.monitoring.monitor import Monitor
from service.record.journal.receipt import Consequences, Receipt
from service.record.recorder import Recorder
from service.setting_groups import AlarmRule
from service.telemetry.metrics import ServiceMetrics
from tests.decisions import START, a_decision
from tests.journals import FullJournal, MemoryJournal
from tests.judged import shot_of


class SlowJournal(MemoryJournal):
    """Keeps leaks when ``disk`` says so."""

    def __init__(self) -> None:
        super().__init__()
        self.disk: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def append(self, entries: Sequence[Entry], consequences: Consequences | None = None) -> Receipt:
        receipt = super().append(entries, consequences)
        waits = any(isinstance(entry, Decision) and entry.verdict is Verdict.LEAK for entry in entries)
        return receipt._replace(durable=asyncio.shield(self.disk) if waits else None)


class Bench:
    """A recorder on a slow journal, with its alarms."""

    def __init__(self, rule: AlarmRule | None = None) -> None:
        self.registry = CollectorRegistry()
        self.metrics = metrics = ServiceMetrics(self.registry, "0", "0", {})
        self.alarms = AlarmDesk(AlarmLayer(rule or AlarmRule(confirmations=1, window=1)))
        self.monitor = Monitor(
            self.alarms,
            Cadence({}, 0.0),
            DriftMonitor(lambda: None, 10.0),
            metrics.cameras,
        )
        self.journal = SlowJournal()
        self.recorder = self.on(self.journal)

    def on(self, journal: MemoryJournal) -> Recorder:
        return Recorder(journal, lambda _decision, _data: None, self.monitor, self.metrics)

    def record(self, decision: Decision) -> asyncio.Task[Decision]:
        (recording,) = self.recorder.record([decision], [shot_of(b"picture")])
        return asyncio.ensure_future(recording.kept())

    def counted(self) -> float | None:
        return self.registry.get_sample_value("leak_inspection_alarms_total", {"camera_id": "other"})


async def test_a_good_well_waits_for_nothing() -> None:
    good = a_decision()
    assert await Bench().record(good) is good


async def test_a_leak_is_answered_once_it_is_on_disk() -> None:
    bench, leak = Bench(), a_decision(Verdict.LEAK)
    answer = bench.record(leak)
    assert not (await asyncio.wait({answer}, timeout=0.01))[0]
    bench.journal.disk.set_result(None)
    assert await answer is leak
    assert bench.counted() == 1


async def test_a_leak_is_kept_and_counted_although_its_caller_has_gone() -> None:
    bench = Bench()
    answer = bench.record(a_decision(Verdict.LEAK))
    await asyncio.sleep(0)
    answer.cancel()
    await asyncio.wait({answer})
    bench.journal.disk.set_result(None)
    await bench.record(a_decision(Verdict.LEAK, well_id="13a"))
    assert bench.counted() == 2


async def test_an_alarm_that_cannot_be_kept_is_taken_back() -> None:
    bench = Bench()
    answer = bench.record(a_decision(Verdict.LEAK))
    assert bench.alarms.standing
    bench.journal.disk.set_exception(JournalUnavailable("the disk is full"))
    with pytest.raises(JournalUnavailable):
        await answer
    assert bench.alarms.standing == []
    assert bench.counted() == 0


async def test_an_alarm_that_was_taken_back_comes_with_the_next_picture() -> None:
    bench = Bench(AlarmRule(confirmations=2, window=3))
    bench.monitor.observe([a_decision(Verdict.UNKNOWN)])
    raised = bench.monitor.observe([a_decision(Verdict.UNKNOWN)])
    bench.monitor.withdraw(raised)
    assert bench.alarms.standing == []
    again = bench.monitor.observe([a_decision(Verdict.UNKNOWN)])
    assert [event.kind for event in again] == [EventKind.ALARM_RAISED]


async def test_drift_that_could_not_be_kept_comes_with_the_next_picture_of_its_camera() -> None:
    bench = Bench()
    drift = Event(new_id(), EventKind.DRIFT, START, "cam-1", payload={"figures": ["brightness"]})
    bench.monitor.withdraw([drift])
    assert bench.monitor.observe([a_decision(camera_id="cam-2")]) == []
    (again,) = bench.monitor.observe([a_decision(camera_id="cam-1")])
    assert (again.kind, again.payload) == (drift.kind, drift.payload)
    assert again.event_id != drift.event_id  # a write that was given up may be done yet
    assert bench.monitor.observe([a_decision(camera_id="cam-1")]) == []


async def test_a_picture_that_was_sent_three_times_does_not_confirm_its_own_alarm() -> None:
    bench = Bench(AlarmRule(confirmations=2, window=3))
    (first, *again) = [a_decision(Verdict.UNKNOWN, number=1) for _ in range(3)]
    crop = shot_of(b"picture")
    recordings = bench.recorder.record([first, *again], [crop] * 3)
    assert [await recording.kept() for recording in recordings] == [first] * 3
    assert bench.journal.entries == [first], "neither an alarm nor a decision more"
    assert bench.alarms.standing == []


async def test_an_alarm_names_a_decision_of_record() -> None:
    bench = Bench(AlarmRule(confirmations=2, window=3))
    for number in (1, 1, 2):
        (recording,) = bench.recorder.record([a_decision(Verdict.UNKNOWN, number=number)], [shot_of(b"picture")])
        await recording.kept()
    *decisions, alarm = bench.journal.entries
    assert isinstance(alarm, Event)
    assert alarm.decision_id == entry_id(decisions[-1])
    assert len(decisions) == 2


async def test_nothing_follows_from_a_decision_that_the_journal_refuses() -> None:
    bench = Bench()
    with pytest.raises(JournalUnavailable):
        bench.on(FullJournal()).record([a_decision(Verdict.LEAK)], [shot_of(b"picture")])
    assert bench.alarms.standing == []

"""Which wells get registers, and what the journal tells of them."""

from pathlib import Path
from uuid import uuid4

import pytest

from service.contract.decision import Verdict
from service.contract.errors import SetupError
from service.contract.journal_entry import Entry, Event, EventKind, new_id
from service.monitoring.alarms.alarm import Alarm, Transition
from service.monitoring.alarms.events import event_of
from service.plug_settings import ModbusSettings
from service.plugs.modbus.wells import ModbusWells, places_of
from service.record.journal.journal import Journal
from service.setting_groups import JournalSettings
from tests.decisions import START, a_decision

PLACES = [("cam-1", "12a"), ("cam-1", None), ("cam-2", "1")]


@pytest.mark.parametrize("wells", ["cam-1/1,cam-1/1", ",", None])
def test_wells_that_are_none_or_twice_are_refused(wells: str | None) -> None:
    with pytest.raises(SetupError, match="LEAK_INSPECTION_MODBUS_WELLS"):
        places_of(ModbusSettings(wells=wells), {})


def test_wells_are_named_in_the_order_of_their_registers() -> None:
    assert places_of(ModbusSettings(wells="cam-1/12a, cam-1,cam-2/1"), {}) == PLACES


async def nothing_open() -> list[Alarm]:
    return []


def silence(well_id: str | None) -> Event:
    return Event(new_id(), EventKind.NO_DATA, START, "cam-1", well_id)


def happened(kind: EventKind, alarm: Alarm) -> Event:
    return event_of(Transition(alarm.alarm_id if kind is EventKind.ALARM_RAISED else new_id(), kind, alarm))


async def told(folder: Path, *entries: Entry) -> list[list[int]]:
    """The registers result and alarm of each well after entries."""
    journal = Journal(folder / "journal.sqlite3", JournalSettings(), lambda: None)
    await journal.open()
    wells = ModbusWells(journal, PLACES, ModbusSettings(), nothing_open)
    await journal.append([a_decision(Verdict.LEAK, camera_id="other", decision_id=str(uuid4())), *entries]).kept()
    step = await wells.advance(0)
    assert step.sequence == journal.tail.last_sequence
    await journal.close()
    return [[block.words(ready=True)[place] for place in (3, 4)] for block in wells.blocks]


async def test_decisions_alarms_and_silence_reach_the_well_they_are_of(tmp_path: Path) -> None:
    good = [a_decision(camera_id=camera_id, well_id=well_id, decision_id=str(uuid4())) for camera_id, well_id in PLACES]
    alarm = Alarm.raised(a_decision(Verdict.LEAK, camera_id="cam-1", well_id="12a"), first_out=True, chattering=False)
    raised = happened(EventKind.ALARM_RAISED, alarm)
    seen = alarm.acknowledged(START, "ann", "")
    acknowledged = happened(EventKind.ALARM_ACKNOWLEDGED, seen)
    over = happened(EventKind.ALARM_RETURNED, seen.returned(START))
    shelved = happened(EventKind.ALARM_SHELVED, alarm.shelved(START, START, "ann", "a new nozzle"))
    assert await told(tmp_path / "1", *good) == [[1, 1], [1, 1], [1, 1]]
    assert await told(tmp_path / "2", *good, raised) == [[1, 2], [1, 1], [1, 1]]
    assert await told(tmp_path / "3", *good, raised, acknowledged) == [[1, 2], [1, 1], [1, 1]]
    assert await told(tmp_path / "4", *good, raised, acknowledged, over) == [[1, 1], [1, 1], [1, 1]]
    assert await told(tmp_path / "5", *good, raised, shelved) == [[1, 1], [1, 1], [1, 1]]
    assert await told(tmp_path / "6", *good, silence(None)) == [[4, 2], [4, 2], [1, 1]]
    assert await told(tmp_path / "7", *good, silence("12a")) == [[4, 2], [1, 1], [1, 1]]

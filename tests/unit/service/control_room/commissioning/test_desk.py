"""Who may arm a camera with what, and what comes between."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.contract.artifact import Artifact
from service.contract.commissioning.commissioning import commission
from service.contract.commissioning.cut import Terms
from service.contract.errors import Conflict, JournalUnavailable, NotFound, Unavailable
from service.contract.journal_entry import Event
from service.contract.manifest import Threshold
from service.control_room.commissioning.camera_study import CameraStudy
from service.control_room.commissioning.desk import FRESH_S, PROPOSAL_S, CommissioningDesk
from service.judging.armings import Armings
from service.judging.model_switch import ModelSwitch
from tests.clock import Clock
from tests.journals import FullJournal, MemoryJournal
from tests.observations import observations
from tests.unit.service.judging.test_model_switch import serving_switch

TERMS = Terms(Threshold(value=3.0, strategy="decision_stump"), lowest_leak=8.0)


class Studied:
    """Knows one camera that may be armed."""

    def __init__(self) -> None:
        self.known = TERMS
        self.studies = 0
        self.away = False

    async def study(self, camera_id: str, hours: float, artifact: Artifact) -> CameraStudy:
        self.studies += 1
        if self.away:
            raise Unavailable("PostgreSQL is away")
        seen, wells = observations(), Counter[str | None]({"1a": 200})
        asked = len(seen.names) if camera_id == "cam-1" else 0
        outcome = commission(seen, self.known)
        return CameraStudy(
            datetime.now(UTC), hours, artifact, asked, True, wells, wells, "ab" * 32, self.known, seen, outcome
        )

    async def terms(self, camera_id: str, artifact: Artifact) -> Terms:  # noqa: ARG002
        return self.known


class Room:
    """A desk with all that it needs."""

    def __init__(self, switch: ModelSwitch, data_dir: Path, journal: MemoryJournal) -> None:
        self.switch, self.journal, self.studied, self.clock = switch, journal, Studied(), Clock()
        self.desk = CommissioningDesk(
            {}, switch, Armings(data_dir, {}), self.studied, journal, list, set(), lambda: self.clock.now
        )

    async def proposal(self) -> str:
        view = await self.desk.look("cam-1", 24.0)
        assert view.proposal is not None
        return view.proposal.proposal_id

    @property
    def events(self) -> list[Event]:
        return [entry for entry in self.journal.entries if isinstance(entry, Event)]


async def a_room(folder: Path, journal: MemoryJournal | None = None) -> Room:
    switch, _ = await serving_switch(folder)
    return Room(switch, folder, journal or MemoryJournal())


async def test_a_camera_is_armed_with_what_was_shown(tmp_path: Path) -> None:
    room = await a_room(tmp_path)
    view = await room.desk.arm("cam-1", await room.proposal(), "Anna", "new lens")
    assert room.switch.current().threshold_of("cam-1").value == view.cut
    assert room.desk.counts() == {"armed": 1}
    (event,) = room.events
    assert (event.camera_id, event.payload["cut_after"], event.payload["operator"]) == ("cam-1", view.cut, "Anna")


async def test_a_camera_that_nobody_knows_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="camera_id=cam-2"):
        await (await a_room(tmp_path)).desk.look("cam-2", 24.0)


async def test_what_was_just_studied_is_not_studied_again(tmp_path: Path) -> None:
    room = await a_room(tmp_path)
    await asyncio.gather(*(room.desk.look("cam-1", 24.0) for _ in range(3)))
    assert room.studied.studies == 1
    room.clock.now += FRESH_S
    await room.desk.look("cam-1", 24.0)
    assert room.studied.studies == 2


async def test_a_proposal_of_another_camera_or_from_long_ago_arms_nobody(tmp_path: Path) -> None:
    room = await a_room(tmp_path)
    shown = await room.proposal()
    with pytest.raises(Conflict, match="look at the camera again"):
        await room.desk.arm("cam-2", shown, "Anna", "")
    room.clock.now += PROPOSAL_S + 1
    with pytest.raises(Conflict):
        await room.desk.arm("cam-1", shown, "Anna", "")
    assert room.events == []


async def test_what_came_between_is_not_passed_over(tmp_path: Path) -> None:
    room = await a_room(tmp_path)
    shown, also_shown = await room.proposal(), await room.proposal()
    room.studied.known = replace(TERMS, lowest_leak=6.0)
    with pytest.raises(Conflict, match="reviewed"):
        await room.desk.arm("cam-1", shown, "Anna", "")
    room.studied.known = TERMS
    await room.desk.arm("cam-1", shown, "Anna", "")
    with pytest.raises(Conflict, match="Anna armed it"):
        await room.desk.arm("cam-1", also_shown, "Boris", "")
    late = await room.proposal()
    await room.desk.disarm("cam-1", "Boris", "", 24.0)
    with pytest.raises(Conflict, match="disarmed"):
        await room.desk.arm("cam-1", late, "Anna", "")


async def test_a_milder_leak_makes_an_arming_outdated_in_the_list_and_an_incident(tmp_path: Path) -> None:
    room = await a_room(tmp_path)
    cut = (await room.desk.arm("cam-1", await room.proposal(), "Anna", "")).cut
    await room.desk.read_reviews()
    assert (room.desk.counts(), room.desk.problems()) == ({"armed": 1}, {})
    room.studied.known = replace(TERMS, lowest_leak=cut)
    await room.desk.read_reviews()
    assert room.desk.counts() == {"outdated": 1}
    assert "cam-1: a leak was reviewed" in room.desk.problems()["commissioning"]


async def test_nobody_is_armed_without_a_trace(tmp_path: Path) -> None:
    room = await a_room(tmp_path, FullJournal())
    with pytest.raises(JournalUnavailable):
        await room.desk.arm("cam-1", await room.proposal(), "Anna", "")
    assert room.desk.counts() == {}
    assert [*Armings(tmp_path, {})] == []


async def test_an_answer_that_cannot_show_a_disarmed_camera_says_that_it_is_disarmed(tmp_path: Path) -> None:
    room = await a_room(tmp_path)
    await room.desk.arm("cam-1", await room.proposal(), "Anna", "")
    room.clock.now += FRESH_S
    room.studied.away = True
    with pytest.raises(Unavailable, match=r"cam-1 is disarmed, which is kept.*PostgreSQL is away"):
        await room.desk.disarm("cam-1", "Anna", "", 24.0)
    assert room.desk.counts() == {}

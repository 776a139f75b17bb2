"""A person restores what the data folder has lost."""

import asyncio
from pathlib import Path

import pytest

from service.contract.artifact import read_active, write_active
from service.contract.errors import Conflict
from service.control_room.commissioning.arming_record import ArmingRecord
from service.control_room.restoring import Restoring
from service.judging.active_choice import CHOICE
from service.judging.armings import Armings
from service.judging.manifest_pins import ManifestPins
from service.monitoring.shift.watch import ShiftWatch
from service.setting_groups import ShiftSettings
from tests.journals import MemoryJournal
from tests.small_artifact import write_artifact
from tests.unit.service.judging.test_model_switch import serving_switch


async def test_an_activation_meanwhile_is_not_undone(tmp_path: Path) -> None:
    switch, _ = await serving_switch(tmp_path)
    root = tmp_path / "artifacts"
    deployed = read_active(root)
    chosen = write_artifact(root, "other", shade=0.01)
    write_active(root, deployed)
    await switch.activate(chosen)
    (tmp_path / CHOICE).unlink()
    await switch.follow()
    assert [*switch.doubts()] == [CHOICE]
    armings = Armings(tmp_path, {})
    record, shift = ArmingRecord(armings, MemoryJournal()), ShiftWatch(lambda: None, ShiftSettings(), tmp_path, 0.0)
    restoring = Restoring(switch.doubts, switch, ManifestPins(tmp_path), armings, record, shift)
    activating = asyncio.create_task(switch.activate(deployed))
    await asyncio.sleep(0)
    with pytest.raises(Conflict, match=deployed):
        await restoring.restore("Anna", "")
    await activating
    assert switch.current().artifact.id == deployed

"""Every fault of the table, through HTTP: none ends in no_leak."""

from pathlib import Path

import pytest

from tests.faults.fault import Fault
from tests.faults.rig import Rig
from tests.faults.table import FAULTS, GROUPS


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_no_fault_ends_in_no_leak(fault: Fault, tmp_path: Path) -> None:
    await fault.strike(Rig(tmp_path))


async def test_without_a_fault_a_good_well_passes(tmp_path: Path) -> None:
    async with Rig(tmp_path).serving() as running:
        await running.passes()


def test_the_table_is_long_enough_and_each_fault_has_a_name_of_its_own() -> None:
    assert len(FAULTS) == sum(map(len, GROUPS.values())) >= 40

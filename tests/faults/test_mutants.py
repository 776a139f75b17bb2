"""The table would notice: one branch turned towards no_leak, and a fault of the table no longer holds."""

import contextlib
from pathlib import Path

import pytest

from tests.faults.mutants import MUTANTS, Mutant
from tests.faults.rig import Rig
from tests.faults.table import FAULTS


@pytest.mark.parametrize(
    "mutant", MUTANTS, ids=lambda mutant: f"{mutant.function.__qualname__}: {mutant.old} -> {mutant.new}"
)
async def test_the_table_catches_the_mutant(mutant: Mutant, tmp_path: Path) -> None:
    survived = False
    with mutant.alive(), contextlib.suppress(AssertionError):
        await FAULTS[mutant.caught_by].strike(Rig(tmp_path))
        survived = True
    assert not survived, f"{mutant.caught_by} does not notice"

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.contract.decision import Verdict
from service.contract.errors import JournalUnavailable
from service.contract.journal_entry import entry_id
from service.record.journal.journal import Journal, JournalOptions
from service.record.journal.writer import Recovery
from service.setting_groups import JournalSettings
from tests.decisions import a_decision
from tests.eventually import eventually

MIB = 2**20


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 8 MiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(command, check=False, capture_output=True).returncode != 0:
        pytest.skip("mounting a small file system is not allowed here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


async def load(journal: Journal, acknowledged: list[str]) -> None:
    """Append good wells and leaks for ever, and note what an answer could have left for."""
    while True:
        good, leak = [a_decision() for _ in range(20)], a_decision(Verdict.LEAK)
        journal.append(good)
        acknowledged += [entry_id(decision) for decision in good]
        receipt = journal.append([leak])
        assert receipt.durable is not None
        await receipt.durable
        acknowledged.append(entry_id(leak))


async def test_on_a_disk_that_fills_and_empties_nothing_acknowledged_is_lost(small_disk: Path) -> None:
    failures: list[None] = []
    options = JournalOptions(recovery=Recovery(0.01, MIB))
    quick = JournalSettings(linger_s=0.01)
    journal = Journal(small_disk / "journal.db", quick, lambda: failures.append(None), options)
    await journal.open()
    filler = small_disk / "filler"
    filler.write_bytes(bytes(5 * MIB))
    acknowledged: list[str] = []
    with pytest.raises(JournalUnavailable):
        await load(journal, acknowledged)
    await eventually(lambda: journal.why is not None)
    assert failures
    filler.unlink()
    await eventually(lambda: journal.why is None)
    last = a_decision(Verdict.LEAK)
    receipt = journal.append([last])
    assert receipt.durable is not None
    await receipt.durable
    kept = {entry_id(recorded.entry) for recorded in await journal.after(0, 1_000_000)}
    await journal.close()
    assert {*acknowledged, entry_id(last)} <= kept

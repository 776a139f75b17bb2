import random
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from service.contract.journal_entry import entry_id
from service.record.journal.journal import Journal

KILLS = 20
ROOT = Path(__file__).resolve().parents[3]


def acknowledged_until_killed(folder: Path, after_s: float) -> list[str]:
    """Run a journal under load and kill it some time after its first leak; return the leaks it acknowledged."""
    command = [sys.executable, "-m", "tests.integration.record.acknowledging", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert first, "the journal opens again after a kill"
        time.sleep(after_s)  # the kill is to come at any time
        process.kill()
        return [
            line.strip() for line in (first + process.stdout.read()).splitlines(keepends=True) if line.endswith("\n")
        ]


async def test_after_twenty_kills_in_the_middle_of_load_every_acknowledged_leak_is_there(tmp_path: Path) -> None:
    moments = random.Random(11)
    acknowledged = [each for _ in range(KILLS) for each in acknowledged_until_killed(tmp_path, moments.uniform(0, 0.1))]
    assert len(acknowledged) >= KILLS
    journal = Journal(tmp_path / "journal.db")
    await journal.open()
    kept = await journal.after(0, 1_000_000)
    await journal.close()
    ids = [entry_id(recorded.entry) for recorded in kept]
    assert set(acknowledged) <= set(ids)
    assert len(set(ids)) == len(ids)
    assert [recorded.sequence for recorded in kept] == list(range(1, len(kept) + 1))
    with sqlite3.connect(tmp_path / "journal.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]

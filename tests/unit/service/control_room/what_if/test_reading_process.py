"""A table from a process of its own is that which would be read here, or an error; the process ends with the call."""

import asyncio
import os
import signal
from collections.abc import Sequence
from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from service.contract.decision import Decision, Verdict
from service.contract.errors import Unavailable
from service.contract.journal_entry import Review
from service.control_room.what_if.reading_process import FEW, ReadingOrder, read_apart, read_beside
from service.control_room.what_if.score_table import ScoreTable, read_table
from service.record.database.engine import Database, sqlite_engine
from service.record.queries.records import Records
from service.record.queries.reports import ReportRange
from tests.decisions import MODEL, START, a_decision
from tests.drawn_decisions import fill, in_order

RANGE = ReportRange(START, START + timedelta(days=7))
OURS = frozenset({MODEL.artifact})
SURE = 3.0


def a_record(folder: Path, number: int) -> Database:
    decisions = in_order(
        [a_decision(Verdict.LEAK, score=0.6 + n % 7 / 5, camera_id=f"cam-{n % 3}", well_id="1") for n in range(number)]
    )
    review = Review("r-1", decisions[0].decision_id, START, Verdict.NO_LEAK, "Anna")
    made: Sequence[Decision | Review] = [*decisions, review]
    engine = sqlite_engine(folder / "journal.db", writable=True)
    fill(engine, made)
    engine.dispose()
    return Database(sqlite_engine(folder / "journal.db"))


def equal(one: ScoreTable, other: ScoreTable) -> bool:
    names = [field.name for field in fields(ScoreTable) if field.name != "read_at"]
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in names)


@pytest.mark.parametrize("number", [5, FEW + 1])
async def test_the_table_is_that_which_would_be_read_here(tmp_path: Path, number: int) -> None:
    database = a_record(tmp_path, number)
    records = Records(database)
    here = await read_table(records, RANGE, OURS, SURE)
    beside = await read_beside(records, database.url, RANGE, OURS, SURE)
    await database.close()
    assert len(here.at) == number
    assert equal(here, beside)


async def test_a_record_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/absent/journal.db"
    with pytest.raises(Unavailable, match="cannot be read"):
        await read_apart(ReadingOrder(url, RANGE, OURS, SURE))


def readers() -> list[int]:
    """The processes that this one has started to read."""
    children = [int(pid) for file in Path("/proc/self/task").glob("*/children") for pid in file.read_text().split()]
    return [pid for pid in children if b"reading_process" in Path(f"/proc/{pid}/cmdline").read_bytes()]


async def started() -> int:
    async with asyncio.timeout(60):
        while not (found := readers()):  # noqa: ASYNC110  # another process tells of nothing
            await asyncio.sleep(0.01)
    return found[0]


async def test_a_process_that_dies_is_told(tmp_path: Path) -> None:
    database = a_record(tmp_path, 5)
    call = asyncio.create_task(read_apart(ReadingOrder(database.url, RANGE, OURS, SURE)))
    os.kill(await started(), signal.SIGKILL)
    with pytest.raises(Unavailable, match="has died"):
        await call
    await database.close()


async def test_a_call_that_is_given_up_ends_the_process(tmp_path: Path) -> None:
    database = a_record(tmp_path, 5)
    call = asyncio.create_task(read_apart(ReadingOrder(database.url, RANGE, OURS, SURE)))
    await started()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert readers() == []
    await database.close()

"""A table that a process of its own reads, behind inspections.

A thread of the service would take the interpreter from them for milliseconds, again and again. Standard input of
``python -m service.control_room.what_if.reading_process`` brings a ``ReadingOrder``, standard output takes the table or
the error, all pickled.
"""

import asyncio
import os
import pickle
import subprocess
import sys
from typing import Final, NamedTuple

from service.contract.errors import LeakInspectionError, Unavailable
from service.control_room.what_if.score_table import ScoreTable, read_table
from service.record.database.engine import Database, engine_at
from service.record.queries.records import Records, ask_once
from service.record.queries.reports import ReportRange

FEW: Final = 2000
AT_ONCE: Final = 200
"""So many rows keep the interpreter for two milliseconds."""

NICENESS: Final = 10
"""Behind inspections, and not so far behind that a busy machine never gets to it."""

DEADLINE_S: Final = 60.0
"""Of a statement: others go first."""


class ReadingOrder(NamedTuple):
    """What ``read_table`` asks of which database; the URL may hold a password, so it is no argument of a command."""

    url: str
    wanted: ReportRange
    artifacts: frozenset[str]
    sure_ratio: float


async def read_beside(
    records: Records, url: str, wanted: ReportRange, artifacts: frozenset[str], sure_ratio: float
) -> ScoreTable:
    """Read few decisions here and many in the process, whose start takes longer; raises as :func:`read_apart`."""
    table = await read_table(records, wanted, artifacts, sure_ratio, most=FEW, at_once=AT_ONCE)
    if not table.cut_short:
        return table
    return await read_apart(ReadingOrder(url, wanted, artifacts, sure_ratio))


async def read_apart(order: ReadingOrder) -> ScoreTable:
    """Read in the process, which ends with this call, whatever happens.

    Raises:
        Unavailable: it cannot be started, or has died.
        LeakInspectionError: what the record says.
    """
    command = [sys.executable, "-m", "service.control_room.what_if.reading_process"]
    try:
        process = subprocess.Popen(  # noqa: ASYNC220, S603  # starting takes a millisecond; our own interpreter
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    except OSError as error:
        raise Unavailable(f"the decisions cannot be read ({error.strerror}): try again") from error
    answer = asyncio.create_task(asyncio.to_thread(_answer, process, pickle.dumps(order)))
    try:
        found = await asyncio.shield(answer)
    finally:
        process.kill()
        await asyncio.wait({answer})
    if isinstance(found, LeakInspectionError):
        raise found
    return found


def _answer(process: "subprocess.Popen[bytes]", order: bytes) -> ScoreTable | LeakInspectionError:
    with process:
        assert process.stdin is not None  # noqa: S101  # both are pipes
        assert process.stdout is not None  # noqa: S101
        try:
            process.stdin.write(order)
            process.stdin.flush()
            found: ScoreTable | LeakInspectionError = pickle.load(process.stdout)  # noqa: S301  # our own process's
        except (OSError, EOFError, pickle.UnpicklingError):
            return Unavailable("the process that reads the decisions has died: try again")
        return found


async def _read(order: ReadingOrder) -> ScoreTable | LeakInspectionError:
    database = Database(engine_at(order.url), DEADLINE_S, threads=1)
    try:
        return await ask_once(database, lambda records: read_table(records, *order[1:]))
    except LeakInspectionError as error:
        return error


def main() -> None:
    """Answer one order."""
    os.nice(NICENESS)
    order: ReadingOrder = pickle.load(sys.stdin.buffer)  # noqa: S301  # the service's
    pickle.dump(asyncio.run(_read(order)), sys.stdout.buffer)


if __name__ == "__main__":
    main()

"""How fast the slider of what-if answers: by default over a million drawn decisions of ten cameras.

    python -m tests.perf.what_if [--rows 1000000] [--tries 50] [--folder DIR]

The decisions are drawn, written to a journal and read by the service's own path. The slider is measured against one
pass of a plain comparison over the scores, and against the same counts asked of SQL.
"""

import argparse
import asyncio
import random
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import numpy as np
from sqlalchemy import Connection, func, select

from service.contract.decision import LEAK_DESPITE, Decision, ServedModel, Verdict, decide
from service.control_room.what_if.desk import FlipFilter, WhatIfDesk
from service.control_room.what_if.outcome import WhatIf, what_if
from service.control_room.what_if.rejudging import rejudged
from service.record.database.engine import Database, sqlite_engine
from service.record.database.schema import entries
from service.record.journal.file import JournalFile
from service.record.queries.records import Records
from service.record.queries.reports import ReportRange
from service.setting_groups import AlarmRule
from tests.decisions import MODEL, a_decision
from tests.drawn_decisions import OWN, THRESHOLD, drawn_serving

GROUP = 2000
DOUBTS = [None] * 95 + [*LEAK_DESPITE]
CAMERAS, WELLS, FRAMES_A_SECOND = 10, 80, 1.0
ALL = FlipFilter()
TRIED = 0.45


def drawn(rows: int, start: datetime, model: ServedModel = MODEL) -> Iterator[Decision]:
    """Decisions frame by frame, a few under a doubt of the gate; scores are log-normal, few are leaks."""
    dice, template = random.Random(5), a_decision(model=model)
    for number in range(rows):
        frame, well = divmod(number, WELLS)
        camera = f"cam-{frame % CAMERAS}"
        score = dice.lognormvariate(-2.2, 0.5)
        cut = OWN if camera == "cam-2" else THRESHOLD
        verdict, reason = decide(score, cut.value, cut.grey_zone_from, dice.choice(DOUBTS))
        at = start + timedelta(seconds=frame / (CAMERAS * FRAMES_A_SECOND))
        yield replace(
            template,
            decision_id=f"{number:032x}",
            camera_id=camera,
            well_id=str(well),
            verdict=verdict,
            reason=reason,
            score=score,
            score_ratio=score / cut.value,
            received_at=at,
            captured_at=at,
            answered_at=at,
            image_sha256=f"{number:064x}",
        )


def equal(found: WhatIf, decisions: Iterable[Decision]) -> bool:
    """Whether the changed verdicts are those of each decision judged again by itself."""
    changed: Counter[tuple[Verdict, Verdict]] = Counter()
    for one in decisions:
        cut = OWN if one.camera_id == "cam-2" else THRESHOLD.moved_to(TRIED)
        changed[one.verdict, rejudged(one, cut).verdict] += 1
    counted = [(then, now, number) for then, row in found.total.changed.items() for now, number in row.items()]
    return all(changed[then, now] == number for then, now, number in counted)


def fill(path: Path, decisions: Iterable[Decision]) -> None:
    """Write decisions as a service does."""
    file, group = JournalFile(path), list[Decision]()
    file.create()
    for decision in decisions:
        group.append(decision)
        if len(group) == GROUP:
            file.write(group)
            group = []
    if group:
        file.write(group)
    file.close()


def timed(call: Callable[[int], object], times: int) -> list[float]:
    """Milliseconds of each call."""
    found = []
    for number in range(times):
        started = time.perf_counter()
        call(number)
        found.append((time.perf_counter() - started) * 1e3)
    return found


def by_sql(connection: Connection, wanted: ReportRange, threshold: float) -> list[object]:
    """The changed verdicts alone, by camera, from the table."""
    is_leak = entries.c.score >= threshold
    query = select(entries.c.camera_id, entries.c.verdict, is_leak, func.count()).where(*wanted.conditions())
    return list(connection.execute(query.group_by(entries.c.camera_id, entries.c.verdict, is_leak)))


async def measure(path: Path, folder: Path, wanted: ReportRange, tries: int) -> WhatIf:
    """Read, slide, list; print."""
    serving = drawn_serving(folder)
    database = Database(sqlite_engine(path))
    desk = WhatIfDesk(Records(database), AlarmRule(), lambda: serving, lambda _: frozenset({MODEL.artifact}))
    before, started, processor = memory_mib(), time.perf_counter(), time.process_time()
    first = await desk.changes(wanted, TRIED)
    busy = time.process_time() - processor
    show("read and first answer", f"{time.perf_counter() - started:.2f} s, {busy:.2f} s of the processor")
    base = next(iter(desk._known.values()))
    columns = sum(
        value.nbytes for name in base.table.__slots__ if isinstance(value := getattr(base.table, name), np.ndarray)
    )
    show("columns in memory", f"{columns / 2**20:.0f} MiB; the process grew by {memory_mib() - before:.0f} MiB at most")
    thresholds = np.linspace(0.2, 0.9, tries).tolist()
    processor = time.thread_time()
    slider = timed(lambda number: what_if(base, thresholds[number]), tries)
    processor = (time.thread_time() - processor) * 1e3 / tries
    plain = timed(lambda number: np.count_nonzero(base.table.score >= thresholds[number]), tries)
    show("the slider", f"median {median(slider):.0f} ms, at most {max(slider):.0f} ms, {processor:.0f} ms of one core")
    show("... over one comparison with the scores", f"{median(slider) / median(plain):.0f} times")
    times = []
    for tried in thresholds:
        began = time.perf_counter()
        await desk.flips(wanted, tried, ALL, 0, 24)
        times.append((time.perf_counter() - began) * 1e3)
    show("24 changed decisions from the record", f"median {median(times):.0f} ms, at most {max(times):.0f} ms")
    with sqlite_engine(path).connect() as connection:
        sql = timed(lambda number: by_sql(connection, wanted, thresholds[number]), 3)
    show("changed verdicts alone by SQL", f"median {median(sql):.0f} ms")
    await database.close()
    return first


def memory_mib() -> float:
    """The most memory that the process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def show(name: str, figure: str) -> None:
    print(f"{name:45} {figure}")  # noqa: T201


def main() -> None:
    """Fill and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--tries", type=int, default=50)
    parser.add_argument("--folder", type=Path, help="on the disk to be measured; a temporary folder by default")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
        folder, end = Path(name), datetime.now(UTC)
        wanted = ReportRange(end - timedelta(days=30), end)
        started = time.perf_counter()
        start = end - timedelta(days=7)
        fill(folder / "journal.db", drawn(arguments.rows, start))
        show("drawn and written", f"{time.perf_counter() - started:.0f} s")
        found = asyncio.run(measure(folder / "journal.db", folder / "artifacts", wanted, arguments.tries))
        show("as judging each decision again", "equal" if equal(found, drawn(arguments.rows, start)) else "DIFFERENT")


if __name__ == "__main__":
    main()

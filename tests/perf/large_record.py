"""What a full journal answers, and how fast: by default 8 million decisions, one camera's shift.

    python -m tests.perf.large_record [--rows 8000000] [--folder DIR] [--keep]

The journal is filled through the writer's own path, then opened as the service does. Each figure is the median of some
calls, the first of them apart. A leak comes among 2,000 decisions, an unknown among 500.
"""

import argparse
import asyncio
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from service.contract.decision import Decision, Verdict
from service.contract.journal_entry import Review
from service.record.clock import ClockReading
from service.record.deduplication import DeduplicationKey
from service.record.journal.file import JournalFile
from service.record.journal.journal import Journal
from service.record.queries.records import Records
from service.record.queries.search import DecisionFilter
from service.record.retention.entry_stores import JournalEntryStore
from service.record.retention.retention import Retention
from service.setting_groups import JournalSettings
from tests.decisions import a_decision

CALLS = 15
GROUP = 2000
WELLS = 80
RATE = 280
LEAKS = frozenset({Verdict.LEAK})


def templates() -> list[Decision]:
    """One decision a well, and the rarer ones."""
    good = [a_decision(well_id=f"{well // 2}{'ab'[well % 2]}") for well in range(WELLS)]
    return [*good, a_decision(Verdict.LEAK), a_decision(Verdict.UNKNOWN)]


def fill(path: Path, rows: int) -> Decision:
    """Write rows; return one from the middle."""
    models, file, start = templates(), JournalFile(path), datetime.now(UTC) - timedelta(seconds=rows / RATE)
    file.create()
    middle = models[0]
    for first in range(0, rows, GROUP):
        group: list[Decision] = []
        for number in range(first, min(first + GROUP, rows)):
            model = models[WELLS if number % 2000 == 1999 else WELLS + 1 if number % 500 == 499 else number % WELLS]
            at = start + timedelta(seconds=number / RATE)
            group.append(
                replace(
                    model,
                    decision_id=f"{number:032x}",
                    received_at=at,
                    captured_at=at,
                    answered_at=at,
                    image_sha256=f"{number * 2654435761 % 2**64:016x}" * 4,
                    cast_id=f"C-{number // (RATE * 5400)}",
                )
            )
        file.write(group)
        if first <= rows // 2 < first + GROUP:
            middle = group[0]
    file.close()
    return middle


async def timed(name: str, call: Callable[[], Awaitable[object]]) -> None:
    """Print how long a call takes."""
    times = []
    for _ in range(CALLS):
        started = time.perf_counter()
        await call()
        times.append((time.perf_counter() - started) * 1e3)
    print(f"{name:55} {median(times[1:]):8.1f} ms, first {times[0]:8.1f} ms")  # noqa: T201


async def measure(path: Path, middle: Decision) -> None:
    """Open and ask."""
    started = time.perf_counter()
    journal = Journal(path)
    await journal.open()
    print(f"{'start':55} {(time.perf_counter() - started) * 1e3:8.1f} ms")  # noqa: T201
    records, at = Records(journal.database), middle.received_at
    journal.append([Review("r1", middle.decision_id, at, Verdict.NO_LEAK, "Anna")])
    assert middle.captured_at is not None
    key = DeduplicationKey(middle.camera_id, middle.well_id, middle.captured_at, middle.image_sha256)
    questions: dict[str, DecisionFilter] = {
        "newest leaks of a camera": DecisionFilter(camera_id="cam-1", verdicts=LEAKS),
        "newest leaks of all cameras": DecisionFilter(verdicts=LEAKS),
        "leaks of a camera, six hours back": DecisionFilter(camera_id="cam-1", verdicts=LEAKS, until=at),
        "newest leaks and unknowns": DecisionFilter(verdicts=frozenset({Verdict.LEAK, Verdict.UNKNOWN})),
        "newest decisions": DecisionFilter(),
        "newest decisions of a well": DecisionFilter(camera_id="cam-1", well_id="12a"),
        "decisions of an hour": DecisionFilter(since=at, until=at + timedelta(hours=1)),
        "decisions of a cast": DecisionFilter(cast_id=middle.cast_id),
        "reviewed decisions": DecisionFilter(reviewed=True),
        "leaks that nobody reviewed": DecisionFilter(verdicts=LEAKS, reviewed=False),
    }
    for name, wanted in questions.items():
        await timed(f"{name} (50)", lambda wanted=wanted: records.page(wanted, 50))  # type: ignore[misc]
    await timed("one decision by its id", lambda: records.decision(middle.decision_id))
    await timed("the latest decision of every well", records.latest)
    await timed("the first decision on a picture, by index", lambda: journal.earlier(key))
    await timed("500 scores of a well", lambda: records.page(DecisionFilter(camera_id="cam-1", well_id="12a"), 500))
    await timed("a leak written", lambda: written(journal))
    await retained(journal)
    await journal.close()


async def written(journal: Journal) -> None:
    """Append a leak and wait for it."""
    receipt = journal.append([a_decision(Verdict.LEAK)])
    assert receipt.durable is not None
    await receipt.durable


async def retained(journal: Journal) -> None:
    """Delete a twentieth while leaks are written."""
    store = JournalEntryStore(journal)
    probe = Retention(store, JournalSettings().retention._replace(max_bytes=None))
    await probe.sweep(ClockReading(datetime.now(UTC)))
    retention = Retention(store, JournalSettings().retention._replace(max_bytes=int(probe.bytes_used * 0.95)))
    started = time.perf_counter()
    sweep = asyncio.create_task(retention.sweep(ClockReading(datetime.now(UTC))))
    times = []
    while not sweep.done():
        before = time.perf_counter()
        await written(journal)
        times.append((time.perf_counter() - before) * 1e3)
        await asyncio.sleep(0.01)
    await sweep
    freed = probe.bytes_used - retention.bytes_used
    print(  # noqa: T201
        f"{'retention':55} {freed / 2**20 / (time.perf_counter() - started):8.1f} MiB/s,"
        f" a leak written meanwhile {median(times):.1f} ms, at most {max(times):.1f} ms"
    )


def main() -> None:
    """Fill, measure, remove."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=8_000_000)
    parser.add_argument("--folder", type=Path, help="on the disk to be measured; a temporary folder by default")
    parser.add_argument("--keep", action="store_true", help="leave the journal there")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(dir=arguments.folder))
    started = time.perf_counter()
    middle = fill(folder / "journal.db", arguments.rows)
    size = (folder / "journal.db").stat().st_size
    seconds = time.perf_counter() - started
    print(f"{arguments.rows} decisions in {seconds:.0f} s, {size / arguments.rows:.0f} bytes each, {folder}")  # noqa: T201
    asyncio.run(measure(folder / "journal.db", middle))
    if not arguments.keep:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()

"""What the journal costs: processor time a decision, delay of the event loop, time until a leak is on disk.

    python -m tests.perf.journal_cost [--rate 3000] [--seconds 10] [--folder DIR]

Everything runs on one core, as the service does. First the writing thread alone, in groups as large as come together
in a tenth of a second at 280 and at 3,000 decisions a second; the best tenth of the groups is what a quiet machine
would take. Then the event loop appends decisions one by one at a fixed rate and the journal's thread writes them: that
cost is the processor time of the whole process less that of the same loop without a journal.
"""

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from service.contract.decision import Decision, Verdict
from service.contract.journal_entry import Entry
from service.record.journal.file import JournalFile
from service.record.journal.journal import Journal
from service.record.journal.receipt import Receipt
from service.setting_groups import JournalSettings
from tests.decisions import a_decision

TICK_S = 0.01
LEAK_EVERY = 1000
ROUNDS = 3


class Measured:
    """Figures of one run."""

    def __init__(self) -> None:
        self.cpu_s = 0.0
        self.delays_s: list[float] = []
        self.leaks_s: list[float] = []


def decisions(number: int) -> list[Decision]:
    """80 wells of one camera, frame after frame, a leak among a thousand."""
    return [
        a_decision(
            Verdict.LEAK if each % LEAK_EVERY == LEAK_EVERY - 1 else Verdict.NO_LEAK,
            well_id=f"{each % 80 // 2}{'ab'[each % 2]}",
        )
        for each in range(number)
    ]


async def paced(append: Callable[[list[Entry]], Receipt], made: list[Decision], rate: float) -> Measured:
    """Append at a fixed rate, some every tick."""
    measured = Measured()
    waiting: set[asyncio.Task[None]] = set()

    async def wait(receipt: Receipt, started: float) -> None:
        assert receipt.durable is not None
        await receipt.durable
        measured.leaks_s.append(time.perf_counter() - started)

    cpu, started = time.process_time(), time.perf_counter()
    for place, decision in enumerate(made):
        due = started + place / rate
        if place % int(rate * TICK_S) == 0:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            measured.delays_s.append(max(0.0, time.perf_counter() - due))
        receipt = append([decision])
        if receipt.durable is not None:
            waiting.add(task := asyncio.create_task(wait(receipt, time.perf_counter())))
            task.add_done_callback(waiting.discard)
    await asyncio.gather(*waiting)
    measured.cpu_s = time.process_time() - cpu
    return measured


async def with_journal(folder: Path, made: list[Decision], rate: float) -> Measured:
    """The same loop with a journal on disk."""
    journal = Journal(folder / "journal.db", JournalSettings())
    await journal.open()
    measured = await paced(journal.append, made, rate)
    cpu = time.process_time()
    await journal.close()
    measured.cpu_s += time.process_time() - cpu
    return measured


def writer_alone(folder: Path, group: int) -> list[float]:
    """Processor time of the writing thread, microseconds a decision, for each of some groups."""
    file, made, costs = JournalFile(folder / f"alone-{group}.db"), decisions(100 * group), []
    file.create()
    for start in range(0, len(made), group):
        started = time.thread_time()
        file.write(made[start : start + group])
        costs.append((time.thread_time() - started) / group * 1e6)
    file.close()
    return costs


def quantile(values: list[float], share: float) -> float:
    """The value that a share of the others does not exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def main() -> None:
    """Print the figures, the cheapest of some rounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=3000)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--folder", type=Path, help="on the disk to be measured; a temporary folder by default")
    arguments = parser.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        for group in (28, 300):
            costs = writer_alone(Path(folder), group)
            best, middle = quantile(costs, 0.1), quantile(costs, 0.5)
            print(f"the writer alone, {group} a group: {best:.1f} us a decision in the best tenth, median {middle:.1f}")  # noqa: T201
    number = int(arguments.rate * arguments.seconds)
    for _ in range(ROUNDS):
        bare = asyncio.run(paced(lambda entries: Receipt(entries, None), decisions(number), arguments.rate))
        with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
            kept = asyncio.run(with_journal(Path(folder), decisions(number), arguments.rate))
            size = sum(path.stat().st_size for path in Path(folder).glob("journal.db*"))
        late, late_bare = (quantile(each.delays_s, 0.99) * 1e3 for each in (kept, bare))
        print(  # noqa: T201
            f"{(kept.cpu_s - bare.cpu_s) / number * 1e6:.1f} us a decision, {size / number:.0f} bytes;"
            f" loop late by {late:.2f} ms at p99 ({late_bare:.2f} without);"
            f" leak on disk in {quantile(kept.leaks_s, 0.5) * 1e3:.1f} ms,"
            f" p99 {quantile(kept.leaks_s, 0.99) * 1e3:.1f} ms"
        )


if __name__ == "__main__":
    main()

"""What what-if costs the inspections beside it: ``python -m tests.perf.what_if_beside [--rows 1000000]``.

A real service over a record of so many drawn decisions answers at a fixed pace: alone, while it reads them, while a
slider moves without a pause, and while it judges kept pictures again. Each is measured beside a time alone, in turns,
so that whatever else the machine does meets both; the medians of these ratios are printed with their range.
"""

import argparse
import itertools
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles

import httpx

from service.contract.artifact import read_active, write_active
from service.contract.decision import ServedModel
from tests.e2e.running_service import RunningService
from tests.perf.load import JPEG, Load, Paced, pace
from tests.perf.what_if import drawn, fill, show
from tests.pictures import jpeg
from tests.small_artifact import write_artifact
from tests.wells import good_well

PICTURES = 200
CONNECTIONS = 8
Work = Callable[[threading.Event], object]
"""Goes on until it is told that the time is over."""


class Beside:
    """One service under load, and what it does meanwhile."""

    def __init__(self, service: RunningService, load: Load, rate: float, seconds: float) -> None:
        self._service, self._load, self._rate, self._seconds = service, load, rate, seconds
        self.asked: list[float] = []
        """Milliseconds of each answer to a slider."""

        self.read: list[float] = []
        """Seconds until each table was there."""

        self._until = datetime.now(UTC)
        self._older = itertools.count(1)

    def paced(self) -> Paced:
        core = max(os.sched_getaffinity(0))
        return pace(self._load, self._service.port, core, self._rate, self._seconds)

    def ratios(self, name: str, work: Work, rounds: int) -> None:
        """Measure alone and beside, in turns; print."""
        found = [(self.paced(), self._during(work)) for _ in range(rounds)]
        for percentile in ("p50_ms", "p99_ms"):
            pairs = [(getattr(alone, percentile), getattr(both, percentile)) for alone, both in found]
            each = sorted(both / alone for alone, both in pairs)
            alone, both = (median(column) for column in zip(*pairs, strict=True))
            figure = f"{each[len(each) // 2]:.2f} times that alone ({each[0]:.2f} to {each[-1]:.2f})"
            show(f"{name}, {percentile[:3]}", f"{figure}: {alone:.1f} and {both:.1f} ms")

    def reads(self, over: threading.Event) -> None:
        """Ask for one table after another, and end with a whole one, so that nothing is read when it is over."""
        with self._client() as client:
            while not over.is_set():
                began, span = time.perf_counter(), self._span(next(self._older))
                while not client.get("/v1/what-if", params={**span, "threshold": 0.4}).is_success:
                    time.sleep(0.1)
                self.read.append(time.perf_counter() - began)

    def slides(self, over: threading.Event) -> None:
        """Move the slider."""
        with self._client() as client:
            while not over.is_set():
                self._slide(client)

    def slide_once(self) -> None:
        """Wait for the table that the slider moves on."""
        with self._client() as client:
            while not self.asked:
                self._slide(client)
        self.asked.clear()

    @contextmanager
    def judging_again(self, other: str) -> Iterator[Work]:
        """Judge kept pictures with another artefact."""
        with self._client() as client:

            def judge(over: threading.Event) -> None:
                order = {"artifact": other, **self._span(0)}
                client.post("/v1/what-if/rescoring", json=order).raise_for_status()
                over.wait()
                client.delete("/v1/what-if/rescoring")

            yield judge
            state = client.get("/v1/what-if/rescoring").json()
            show("... decisions looked at", f"{state['total']['seen']}, {state['total']['judged']} pictures judged")

    def _slide(self, client: httpx.Client) -> None:
        began, threshold = time.perf_counter(), 0.3 + len(self.asked) % 40 / 100
        if client.get("/v1/what-if", params={**self._span(0), "threshold": threshold}).is_success:
            self.asked.append((time.perf_counter() - began) * 1e3)

    def _during(self, work: Work) -> Paced:
        over = threading.Event()
        thread = threading.Thread(target=work, args=(over,))
        thread.start()
        try:
            return self.paced()
        finally:
            over.set()
            thread.join()

    def _span(self, older: int) -> dict[str, str]:
        """A time; each other one wants a table of its own."""
        until = self._until - timedelta(seconds=older)
        return {"from": (until - timedelta(days=30)).isoformat(), "to": until.isoformat()}

    def _client(self) -> httpx.Client:
        return httpx.Client(base_url=self._service.address, timeout=60)


def measure(beside: Beside, other: str, rounds: int) -> None:
    """One phase after the other."""
    beside.paced()
    beside.ratios("while tables are read", beside.reads, rounds)
    show("... each within", ", ".join(f"{one:.1f} s" for one in beside.read))
    beside.slide_once()
    beside.ratios("while a slider moves without a pause", beside.slides, rounds)
    show("... which is answered", f"p99 {quantiles(beside.asked, n=100)[98]:.0f} ms of {len(beside.asked)}")
    with beside.judging_again(other) as judge:
        beside.ratios("while kept pictures are judged again", judge, rounds)


def main() -> None:
    """Fill, serve, measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=8, help="of one measurement")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rate", type=float, default=100, help="pictures a second")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        service = RunningService(folder, archive_good_share=1.0)
        active = read_active(folder / "artifacts")
        model = ServedModel("small", active, "ab" * 32, "0")
        other = write_artifact(folder / "artifacts", "other", shade=0.1)
        write_active(folder / "artifacts", active)
        fill(folder / "data" / "journal.sqlite3", drawn(arguments.rows, datetime.now(UTC) - timedelta(days=7), model))
        (folder / "pictures").mkdir()
        for seed in range(PICTURES):
            (folder / "pictures" / f"{seed:03}.jpg").write_bytes(jpeg(good_well(seed)))
        load = Load(folder / "pictures", "/v1/inspect", JPEG, connections=CONNECTIONS)
        with service:
            measure(Beside(service, load, arguments.rate, arguments.seconds), other, arguments.rounds)


if __name__ == "__main__":
    main()

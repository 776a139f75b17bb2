"""What what-if costs the inspections beside it: one caller posts a picture after the other, without a pause.

    python -m tests.perf.what_if_beside [--rows 1000000] [--seconds 15]

A real service over a record of so many drawn decisions answers alone, while it reads them for what-if, while a slider
moves without a pause, and while it judges kept pictures again.
"""

import argparse
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles

import httpx

from service.contract.artifact import read_active, write_active
from service.contract.decision import ServedModel
from tests.e2e.running_service import RunningService
from tests.perf.what_if import drawn, fill, show
from tests.pictures import jpeg
from tests.small_artifact import write_artifact
from tests.wells import good_well

PICTURES = [jpeg(good_well(seed)) for seed in range(200)]


def latencies(address: str, until: Callable[[], bool]) -> list[float]:
    """Milliseconds of each inspection."""
    found = list[float]()
    with httpx.Client(base_url=address, timeout=30) as client:
        while not until():
            started = time.perf_counter()
            client.post("/v1/inspect", content=PICTURES[len(found) % 200]).raise_for_status()
            found.append((time.perf_counter() - started) * 1e3)
    return found


def beside(address: str, seconds: float, work: Callable[[threading.Event], object]) -> list[float]:
    """Latencies while something else goes on; it is told when the time is over."""
    over, end = threading.Event(), time.monotonic() + seconds
    thread = threading.Thread(target=work, args=(over,))
    thread.start()
    found = latencies(address, lambda: time.monotonic() > end)
    over.set()
    thread.join()
    return found


def told(name: str, times: list[float], alone: list[float] | None = None) -> None:
    """Print median and p99, beside those of the service alone."""
    middle, late = quantiles(times, n=100)[49], quantiles(times, n=100)[98]
    beside_alone = "" if alone is None else f", p99 {late / quantiles(alone, n=100)[98]:.2f} times that alone"
    show(name, f"{len(times)} answers, median {middle:.1f} ms, p99 {late:.1f} ms{beside_alone}")


def measure(service: RunningService, other: str, seconds: float) -> None:
    """One phase after the other."""
    address, now = service.address, datetime.now(UTC)
    span = {"from": (now - timedelta(days=30)).isoformat(), "to": now.isoformat()}
    beside(address, 2, lambda over: over.wait())
    alone = beside(address, seconds, lambda over: over.wait())
    told("alone", alone)
    asked: list[float] = []

    def ask(over: threading.Event, times: int) -> None:
        with httpx.Client(base_url=address, timeout=60) as client:
            while not over.is_set() and len(asked) < times:
                started = time.perf_counter()
                threshold = 0.3 + len(asked) % 40 / 100
                if client.get("/v1/what-if", params={**span, "threshold": threshold}).status_code == httpx.codes.OK:
                    asked.append((time.perf_counter() - started) * 1e3)

    told("while the table is read", beside(address, seconds, lambda over: ask(over, 1)), alone)
    if not asked:
        ask(threading.Event(), 1)
    asked.clear()
    told("while a slider moves without a pause", beside(address, seconds, lambda over: ask(over, 10**9)), alone)
    show("... which is answered", f"p99 {quantiles(asked, n=100)[98]:.0f} ms of {len(asked)}")

    def judge_again(over: threading.Event) -> None:
        httpx.post(f"{address}/v1/what-if/rescoring", json={"artifact": other, **span}).raise_for_status()
        over.wait()

    told("while kept pictures are judged again", beside(address, seconds, judge_again), alone)
    state = httpx.get(f"{address}/v1/what-if/rescoring").json()
    show("... decisions looked at", f"{state['total']['seen']}, {state['total']['judged']} pictures judged")


def main() -> None:
    """Fill, serve, measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=15)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        service = RunningService(folder, archive_good_share=1.0)
        active = read_active(folder / "artifacts")
        model = ServedModel("small", active, "ab" * 32, "0")
        other = write_artifact(folder / "artifacts", "other", shade=0.1)
        write_active(folder / "artifacts", active)
        start = datetime.now(UTC) - timedelta(days=7)
        fill(folder / "data" / "journal.sqlite3", drawn(arguments.rows, start, model))
        with service:
            measure(service, other, arguments.seconds)


if __name__ == "__main__":
    main()

"""Pulled streams for a while: ``python -m tests.perf.streams_rehearsal [--minutes N]``, outside continuous integration.

Four cameras of GStreamer's RTSP server send whole frames with 72 wells, 3.5 a second, to a service of its own with the
active artefact. Printed are how old frames were when their verdicts were there, and the memory of service and readers;
the exit code is 1 where a frame was older than a second or the memory grew.
"""

import argparse
import os
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from time import monotonic, sleep
from typing import NamedTuple

import cv2
import numpy as np

from service.contract.artifact import read_active, sha256_hex
from service.contract.decision import Decision
from service.record.database.engine import sqlite_engine
from service.record.queries.lookup import entries_after
from service.settings import JOURNAL_FILE
from tests.e2e.running_service import RunningService
from tests.frames import drawn_frame, places, png
from tests.gstreamer_camera import GstreamerCamera
from tests.pictures import jpeg
from tests.ports import free_port

ARTIFACTS = Path(__file__).parents[2] / "model_artifacts"
CAMERAS, RATE, EXPOSURES = 4, 3.5, 12
SCALE = 1.5
SETTLED_S = 60.0
MOST_AGE_S, MOST_GROWTH = 1.0, 0.1
MIB = 2**20
NO_LEAK = 1e6
"""A cut above every score: drawn wells are none that the artefact has learnt, and are to cost what good ones do."""


def frame() -> np.ndarray:
    """Four drawn tables side by side, uint8 [1260, 1920, 3] RGB."""
    upper = np.hstack([drawn_frame(seed=1), drawn_frame(seed=2)])
    lower = np.hstack([drawn_frame(seed=3), drawn_frame(seed=4)])
    return np.asarray(cv2.resize(np.vstack([upper, lower]), None, fx=SCALE, fy=SCALE), np.uint8)


def layout(folder: Path, sources: list[int]) -> Path:
    """A cameras file with the 72 wells for each port, and the reference beside it."""
    reference = png(frame())
    (folder / "table.png").write_bytes(reference)
    height, width, _ = drawn_frame().shape
    wells = []
    for table in range(4):
        for name, (left, top, *size) in places().items():
            box = (left + table % 2 * width, top + table // 2 * height, *size)
            wells.append(f"{name}-{table} = {[round(SCALE * value) for value in box]}")
    listed, artifact = "\n".join(wells), read_active(ARTIFACTS)
    path = folder / "cameras.toml"
    path.write_text(
        "\n".join(
            f"[cameras.cam-{port}]\ninterval_s = {1 / RATE:.4f}\n"
            f'[cameras.cam-{port}.threshold]\nartifact = "{artifact}"\nvalue = {NO_LEAK}\n'
            f'[cameras.cam-{port}.source]\nurl = "rtsp://127.0.0.1:{port}/live"\n[cameras.cam-{port}.layout]\n'
            f'reference = "table.png"\nsha256 = "{sha256_hex(reference)}"\n[cameras.cam-{port}.layout.wells]\n'
            f"{listed}\n"
            for port in sources
        )
    )
    return path


def exposures() -> list[bytes]:
    random, table = np.random.default_rng(6), frame()
    return [
        jpeg(np.clip(table + random.normal(0, 1.5, table.shape), 0, 255).astype(np.uint8)) for _ in range(EXPOSURES)
    ]


class Use(NamedTuple):
    """What a process has taken: resident bytes, and seconds of a processor."""

    memory: int
    processor_s: float


def uses(parent: int) -> dict[int, Use]:
    """Of a process and its children, the parent first."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return {pid: _use(pid) for pid in (parent, *map(int, children))}


def _use(pid: int) -> Use:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return Use(pages * os.sysconf("SC_PAGE_SIZE"), (int(user) + int(system)) / os.sysconf("SC_CLK_TCK"))


def judged(journal: Path) -> Iterator[Decision]:
    """All decisions on record."""
    engine, sequence = sqlite_engine(journal), 0
    with engine.connect() as connection:
        while found := entries_after(connection, sequence, 10_000):
            sequence = found[-1][0]
            yield from (entry for _, entry in found if isinstance(entry, Decision))
    engine.dispose()


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201  # a program of its own


def report(journal: Path, begun: dict[int, Use], ended: dict[int, Use], seconds: float) -> bool:
    """Print the figures; say whether they are what is aimed at."""
    frames: dict[tuple[str | None, object], list[Decision]] = defaultdict(list)
    for decision in judged(journal):
        frames[decision.camera_id, decision.received_at].append(decision)
    if not frames:
        say("no frame was judged")
        return False
    took = np.array(
        [max((one.answered_at - one.received_at).total_seconds() for one in wells) for wells in frames.values()]
    )
    shown = [one.captured_at for wells in frames.values() for one in wells[:1]]
    verdicts = [one.verdict for wells in frames.values() for one in wells]
    counts = {verdict: verdicts.count(verdict) for verdict in sorted(set(verdicts))}
    say(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {len(took)} frames, {len(verdicts)} verdicts {counts}")
    say(f"with a time of capture: {sum(one is not None for one in shown) / len(shown):.0%}")
    percentiles = ", ".join(f"p{p} {1000 * np.percentile(took, p):.0f}" for p in (50, 90, 99, 100))
    say(f"arrival to verdicts, ms: {percentiles}; older than a second: {(took > MOST_AGE_S).sum()}")
    for name, use, later in zip(("service", *CAMERAS * ["reader"]), begun.values(), ended.values(), strict=False):
        say(
            f"{name}: memory {use.memory / MIB:.1f} MiB, then {later.memory / MIB:.1f}; "
            f"processor {(later.processor_s - use.processor_s) / seconds:.2f} of a core"
        )
    grown = max(later.memory / use.memory - 1 for use, later in zip(begun.values(), ended.values(), strict=False))
    return bool((took <= MOST_AGE_S).all()) and grown < MOST_GROWTH and begun.keys() == ended.keys()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="how long (10)")
    minutes = parser.parse_args().minutes
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="leak-streams-")))
        files, ports = exposures(), []
        for number in range(CAMERAS):
            (folder / str(number)).mkdir()
            camera = GstreamerCamera(folder / str(number), files, free_port(), RATE)
            stack.callback(camera.close)
            ports.append(camera.port)
        service = RunningService(folder, cameras_file=layout(folder, ports))
        shutil.rmtree(folder / "artifacts")
        shutil.copytree(ARTIFACTS, folder / "artifacts")
        with service:
            sleep(SETTLED_S)
            begun, ends = uses(service.pid), monotonic() + 60 * minutes
            while monotonic() < ends:
                sleep(1)
            metrics = service.metrics("leak_inspection_stream_")
            ended = uses(service.pid)
        say("\n".join(metrics))
        return 0 if report(folder / "data" / JOURNAL_FILE, begun, ended, 60 * minutes) else 1


if __name__ == "__main__":
    raise SystemExit(main())

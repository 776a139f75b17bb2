"""Where the time of a crop goes: processor time by stage, for crops sent one by one and as frames of 80.

    python -m tests.perf.stages [--artifacts DIR]

Each stage is called with what it gets in the service, on one core; the best of many rounds is what a quiet machine
takes. The whole is the service without its network: the journal's thread writes to disk meanwhile. What the whole takes
beyond the stages named is its remainder: parsing, sums of SHA-256, alarms, drift and metrics.
"""

import argparse
import asyncio
import gc
import os
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
import orjson
import uuid_utils
from starlette.types import ASGIApp, Message

from service.app import create_app
from service.commands.serve import COLLECT_AFTER
from service.contract.artifact import open_artifact, read_active, sha256_hex
from service.contract.crop import Crop
from service.contract.decision import Decision
from service.contract.picture import decode, to_pixels
from service.judging.judge import judge_batch
from service.judging.serving import Serving, open_serving
from service.record.journal.file import JournalFile
from service.settings import Settings, read_settings
from tests.perf.contenders import BATCH, SINGLE
from tests.perf.crops import drawn_crops, form
from tests.perf.load import FORM, JPEG
from tests.perf.report import markdown

ROUNDS = 40
TOGETHER = 16
FRAME = 80


@dataclass(frozen=True, slots=True)
class Stage:
    """Microseconds of processor time a crop: alone, among sixteen that arrived together, in a frame of 80."""

    name: str
    alone: float
    together: float
    frame: float


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--artifacts", type=Path, default=Path("model_artifacts"), help="folder of artefacts")
    options = parser.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    print(table(measure(options.artifacts)))  # noqa: T201  # the bench prints


def table(stages: Sequence[Stage]) -> str:
    """One row a stage, microseconds a crop."""
    rows = [(stage.name, *(f"{value:.1f}" for value in (stage.alone, stage.together, stage.frame))) for stage in stages]
    return markdown(("stage, µs a crop", "one alone", f"among {TOGETHER}", f"frame of {FRAME}"), rows)


def measure(artifacts: Path) -> list[Stage]:
    """Measure every stage and the whole."""
    folder = artifacts / read_active(artifacts)
    crops = drawn_crops(open_artifact(folder), FRAME)
    parts = [*stages(open_serving(folder, Settings()), crops)]
    whole = asyncio.run(whole_service(artifacts, crops))
    known = (sum(column) for column in zip(*((part.alone, part.together, part.frame) for part in parts), strict=True))
    rest = (total - part for total, part in zip((whole.alone, whole.together, whole.frame), known, strict=True))
    return [*parts, Stage("the rest", *rest), whole]


def stages(serving: Serving, crops: Sequence[bytes]) -> list[Stage]:
    """Measure decode, resize and gate, score, decide, record and answer."""
    spec, gate = serving.artifact.manifest.input, serving.gates.of(None)
    pictures = [decode(crop) for crop in crops]
    pixels = np.stack([to_pixels(picture, spec) for picture in pictures])
    decisions = judge_batch(serving, [_received(crop) for crop in crops])
    frames = iter([_again(decisions) for _ in range(3 * ROUNDS)])

    def everywhere(name: str, of: Callable[[int, int], object]) -> Stage:
        return Stage(name, *(_best(partial(_in_pieces, of, size), FRAME) for size in (1, TOGETHER, FRAME)))

    with tempfile.TemporaryDirectory() as folder:
        file = JournalFile(Path(folder) / "journal.sqlite3")
        file.create()
        measured = [
            everywhere("decode", lambda start, stop: [decode(crop) for crop in crops[start:stop]]),
            everywhere("resize and gate", lambda start, stop: gate.judge_all(pictures[start:stop])),
            everywhere("score", lambda start, stop: serving.detector.scorer.score(pixels[start:stop])),
            everywhere("record, in groups of 80", lambda start, _: None if start else file.write(next(frames))),
            everywhere("answer", lambda start, stop: [orjson.dumps(decision) for decision in decisions[start:stop]]),
        ]
        file.close()
    return measured


async def whole_service(artifacts: Path, crops: Sequence[bytes]) -> Stage:
    """Measure the service from the request's head to the answer's last byte, without a network."""
    async with running(artifacts) as app:
        return Stage("the whole, without HTTP", *[await _whole(app, crops, size) for size in (1, TOGETHER, FRAME)])


@asynccontextmanager
async def running(artifacts: Path, **changes: object) -> AsyncIterator[ASGIApp]:
    """The service in this process, with a record of its own; keyword arguments change settings."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(read_settings({"artifacts": artifacts, "data_dir": Path(folder), **changes}))
        messages: asyncio.Queue[Message] = asyncio.Queue()
        up = asyncio.Event()

        async def started(_: Message) -> None:
            up.set()

        messages.put_nowait({"type": "lifespan.startup"})
        life = asyncio.ensure_future(app({"type": "lifespan", "state": {}}, messages.get, started))
        await up.wait()
        gc.freeze()  # as the command "serve" does
        gc.set_threshold(*COLLECT_AFTER)
        yield app
        messages.put_nowait({"type": "lifespan.shutdown"})
        await life


async def _whole(app: ASGIApp, crops: Sequence[bytes], size: int) -> float:
    frame = form("files", list(crops))

    async def all_crops() -> None:
        if size == FRAME:
            await post(app, BATCH, FORM, frame)
            return
        for start in range(0, len(crops), size):
            await asyncio.gather(*(post(app, SINGLE, JPEG, crop) for crop in crops[start : start + size]))

    return await _best_of_loop(all_crops, len(crops))


async def post(app: ASGIApp, path: str, content_type: str, body: bytes, *more: tuple[bytes, bytes]) -> None:
    """Post a body, with ``more`` headers beside its type and length.

    Raises:
        RuntimeError: the answer is no 200.
    """
    statuses = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    headers = [(b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode()), *more]
    scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": headers}
    await app(scope, receive, send)
    if statuses != [200]:
        raise RuntimeError(f"{path} answers {statuses}")


def _received(crop: bytes) -> Crop:
    return Crop(crop, sha256_hex(crop), "stages", datetime.now(UTC), time.perf_counter())


def _again(decisions: Sequence[Decision]) -> list[Decision]:
    """The same decisions with ids of their own."""
    return [replace(decision, decision_id=str(uuid_utils.uuid7())) for decision in decisions]


def _in_pieces(of: Callable[[int, int], object], size: int) -> None:
    for start in range(0, FRAME, size):
        of(start, start + size)


def _best(call: Callable[[], object], crops: int) -> float:
    """Microseconds a crop of the best of many rounds."""
    costs = []
    for _ in range(ROUNDS):
        started = time.process_time()
        call()
        costs.append(time.process_time() - started)
    return min(costs) / crops * 1e6


async def _best_of_loop(call: Callable[[], Awaitable[None]], crops: int) -> float:
    costs = []
    for _ in range(ROUNDS):
        started = time.process_time()
        await call()
        costs.append(time.process_time() - started)
    return min(costs) / crops * 1e6


if __name__ == "__main__":
    main()

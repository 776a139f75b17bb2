"""What a shadow model costs those who wait for answers: ``python -m tests.perf.shadow_cost [ROUNDS]``.

One process judges crops at a fixed pace, in blocks with and without the shadow in turn, so that whatever else the
machine does meets both alike. Time on the clock and the event loop's processor time are taken of each crop; the ratios
of the 50th and 99th percentiles are printed.
"""

import asyncio
import json
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, thread_time
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
from fastapi import FastAPI

from service.app.components import Components, compose
from service.app.lifespan import lifespan
from service.contract.artifact import MANIFEST, read_active, sha256_hex
from service.contract.crop import Crop
from service.monitoring.readiness import Readiness
from service.settings import Settings

ARTIFACTS = Path(__file__).resolve().parents[2] / "model_artifacts"
EVERY = 10
PACE_HZ = 200
BLOCK = 400


async def measure(rounds: int) -> None:
    """Judge, and print the ratios."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        shutil.copytree(ARTIFACTS, root / "artifacts")
        served = read_active(ARTIFACTS)
        shadow = _renamed(root / "artifacts" / served)
        settings = Settings(artifacts=root / "artifacts", data_dir=root / "data")
        settings.data_dir.mkdir()
        parts = compose(settings, Readiness(), print)
        app = cast("FastAPI", SimpleNamespace(state=SimpleNamespace(needs=parts)))
        async with lifespan(app):
            images = [path.read_bytes() for path in sorted((ARTIFACTS / served / "golden").iterdir())]
            await _block(parts, images)
            times: dict[bool, list[Any]] = {False: [], True: []}
            for turn in range(2 * rounds):
                beside = turn % 2 == 1
                if beside:
                    await parts.shadow.choose(shadow, EVERY, "bench", "what it costs")
                times[beside].append(await _block(parts, images))
                if beside:
                    run = parts.shadow.run
                    assert run is not None
                    cost = run.worker.cost
                    print(f"shadow: {run.tally.judged} judged, {cost.dropped} dropped, {cost.cpu_s:.3f} s of a core")  # noqa: T201
                    await parts.shadow.drop("bench", "measured")
        _print(np.concatenate(times[False]), np.concatenate(times[True]))


def _renamed(folder: Path) -> str:
    """The same artefact under another name."""
    copy = folder.with_name(f"other-{folder.name.rpartition('-')[2]}")
    shutil.copytree(folder, copy)
    manifest = json.loads((copy / MANIFEST).read_bytes())
    (copy / MANIFEST).write_text(json.dumps({**manifest, "name": "other"}))
    return copy.name


async def _block(parts: Components, images: list[bytes]) -> Any:  # noqa: ANN401  # float64 [BLOCK, (clock, processor)]
    taken = []
    began = perf_counter()
    for number in range(BLOCK):
        image = images[number % len(images)]
        crop = Crop(image, sha256_hex(image), "bench", datetime.now(UTC), perf_counter())
        started, spent = perf_counter(), thread_time()
        await parts.inspector.inspect(crop, perf_counter() + 60)
        taken.append((perf_counter() - started, thread_time() - spent))
        await asyncio.sleep(max(0.0, began + (number + 1) / PACE_HZ - perf_counter()))
    return np.array(taken)


def _print(alone: Any, beside: Any) -> None:  # noqa: ANN401  # float64 [N, (clock, processor)]
    for column, name in enumerate(("clock", "processor")):
        for percent in (50, 99):
            before, after = (float(np.percentile(one[:, column], percent)) * 1e6 for one in (alone, beside))
            print(f"{name} p{percent}: {before:.0f} us alone, {after:.0f} us beside, ratio {after / before:.3f}")  # noqa: T201


if __name__ == "__main__":
    asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 10))

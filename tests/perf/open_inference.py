"""Frames of 80 crops over the Open Inference Protocol against the service's own batch route, in one run.

    python -m tests.perf.open_inference [--artifacts DIR] [--size 50x32]

Processor time of the service without its network, as files (BYTES) and as pixels (UINT8), both binary; the requests
take turns, the best and the median of many rounds are given.
"""

import argparse
import asyncio
import os
import random
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from statistics import median

import cv2
import numpy as np
import orjson
import simplejpeg
from starlette.types import ASGIApp

from service.contract.artifact import open_artifact, read_active
from service.contract.picture import decode
from service.plugs.oip.tensors import packed
from tests.perf.contenders import BATCH
from tests.perf.crops import JPEG_QUALITY, drawn_crops, form
from tests.perf.load import FORM
from tests.perf.report import markdown
from tests.perf.stages import FRAME, ROUNDS, post, running

INFER = "/v2/models/leak-inspection/infer"
BINARY = "application/octet-stream"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--artifacts", type=Path, default=Path("model_artifacts"), help="folder of artefacts")
    parser.add_argument("--size", default="50x32", help="width and height of every crop, which one tensor has to share")
    options = parser.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    width, height = (int(side) for side in options.size.split("x"))
    costs = asyncio.run(measure(options.artifacts, (width, height)))
    rows = [
        (
            name,
            f"{min(took):.1f}",
            f"{median(took):.1f}",
            f"{min(costs['batch']) / min(took):.2f}",
            f"{median(costs['batch']) / median(took):.2f}",
        )
        for name, took in costs.items()
    ]
    print(markdown(("80 crops as", "µs a crop, best", "median", "rate, best", "median"), rows))  # noqa: T201


async def measure(artifacts: Path, size: tuple[int, int]) -> dict[str, list[float]]:
    """Return microseconds a crop of every round, by the way the crops came."""
    drawn = drawn_crops(open_artifact(artifacts / read_active(artifacts)), FRAME)
    pixels = np.stack([cv2.resize(decode(crop), size) for crop in drawn]).astype(np.uint8)
    files = [simplejpeg.encode_jpeg(picture, JPEG_QUALITY) for picture in pixels]
    async with running(artifacts, oip={"enabled": True}) as app:
        ways: dict[str, Callable[[], Awaitable[None]]] = {
            "batch": partial(post, app, BATCH, FORM, form("files", files)),
            "BYTES": _infer(app, "image", [FRAME], packed(files)),
            "UINT8": _infer(app, "pixels", [*pixels.shape], pixels.tobytes()),
        }
        costs: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(ROUNDS):
            for name in random.sample(list(ways), len(ways)):
                started = time.process_time()
                await ways[name]()
                costs[name].append((time.process_time() - started) / FRAME * 1e6)
    return costs


def _infer(app: ASGIApp, name: str, shape: list[int], raw: bytes) -> Callable[[], Awaitable[None]]:
    datatype = "BYTES" if name == "image" else "UINT8"
    tensor = {"name": name, "datatype": datatype, "shape": shape, "parameters": {"binary_data_size": len(raw)}}
    head = orjson.dumps({"inputs": [tensor], "parameters": {"binary_data_output": True}})
    length = (b"inference-header-content-length", str(len(head)).encode())
    return partial(post, app, INFER, BINARY, head + raw, length)


if __name__ == "__main__":
    main()

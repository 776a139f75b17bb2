"""The limit: decode, gate, resize and score in one process, without HTTP, record or metrics.

python bare_loop.py ARTIFACT FOLDER BATCH SECONDS prints a JSON object.
"""

import itertools
import json
import os
import sys
import time
from pathlib import Path

import numpy as np

from service.contract.picture import decode, to_pixels
from service.judging.serving import Serving, open_serving
from service.settings import Settings


def score_crops(serving: Serving, crops: list[bytes]) -> None:
    """Take crops from bytes to scores."""
    spec = serving.artifact.manifest.input
    pixels = []
    for crop in crops:
        picture = decode(crop)
        serving.gates.of(None).judge(picture)
        pixels.append(to_pixels(picture, spec))
    serving.detector.scorer.score(np.stack(pixels)).tolist()


def main(artifact: Path, folder: Path, batch: int, duration_s: float) -> None:
    """Loop over the crops of a folder for that long."""
    serving = open_serving(artifact, Settings())
    crops = [file.read_bytes() for file in sorted(folder.iterdir())]
    batches = itertools.cycle([(crops * batch)[start : start + batch] for start in range(len(crops))])
    for _ in range(20):
        score_crops(serving, next(batches))
    done, cpu, started = 0, time.process_time(), time.perf_counter()
    while time.perf_counter() - started < duration_s:
        score_crops(serving, next(batches))
        done += batch
    elapsed_s, cpu_s = time.perf_counter() - started, time.process_time() - cpu
    pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1])
    rss_mib = pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    print(json.dumps({"crops": done, "elapsed_s": elapsed_s, "cpu_s": cpu_s, "rss_mib": rss_mib}))  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))

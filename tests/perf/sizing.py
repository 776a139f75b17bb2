"""Writes how many machines a plant needs into docs/performance.md, from the last full run: ``make figures``."""

import json
import statistics
from math import ceil
from pathlib import Path
from typing import Any

from tests.perf.aims import CROPS_A_FRAME, FRAMES_PER_S
from tests.perf.contenders import FRAME, LABELLED
from tests.written_block import with_block, written_block

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
BLOCK = written_block("sizing", "make figures")
CAMERAS, CORES = 40, 2
"""Of the plant that is reckoned for, and of a machine."""

ROW_BYTES = 520
SHOWN = """\
| question | how | here |
|---|---|---|
| crops a second of a camera | wells in a frame x frames a second | {wells} x {rate:g} = {camera:g} |
| crops a second of a core | the table above, frames or single crops with labels | {framed:,.0f} or {single:,.0f} |
| cameras a core at half load, which leaves room for bursts and for a replica that is away | core / camera / 2 \
| {by_frame} in frames, {singly} singly |
| replicas, a core each | cameras / cameras a core, and one to spare | {cameras} cameras in frames: {needed} + 1 |
| machines | replicas / cores, two at least where one may fail \
| {replicas} replicas: {machines} machines with {cores} cores |
| journal | crops a second x {row} bytes x 86,400 \
| {journal_gb:.1f} GB a day and camera: often the disk is outgrown first |

A second machine with {cores} cores therefore means more than {most} cameras, or no pause when one fails: replicas \
behind nginx or on Kubernetes ([deployment.md](deployment.md#kubernetes)).
"""


def sizing(bench: dict[str, Any]) -> str:
    """Reckon with the medians of a run: what a core is good for, and what follows for a plant."""
    framed, single = _median(bench, FRAME), _median(bench, LABELLED)
    camera = CROPS_A_FRAME * FRAMES_PER_S
    by_frame, singly = (max(1, int(rate / camera / 2)) for rate in (framed, single))
    needed = ceil(CAMERAS / by_frame)
    return SHOWN.format(
        wells=CROPS_A_FRAME,
        rate=FRAMES_PER_S,
        camera=camera,
        framed=framed,
        single=single,
        by_frame=by_frame,
        singly=singly,
        cameras=CAMERAS,
        needed=needed,
        replicas=needed + 1,
        machines=max(2, ceil((needed + 1) / CORES)),
        cores=CORES,
        row=ROW_BYTES,
        journal_gb=camera * ROW_BYTES * 86_400 / 1e9,
        most=CORES * by_frame,
    )


def _median(bench: dict[str, Any], name: str) -> float:
    rates: list[float] = [item["crops_per_s"] for row in bench["rounds"] for item in row if item["row"] == name]
    return statistics.median(rates)


if __name__ == "__main__":
    measured = json.loads(PAGE.with_suffix(".json").read_text(encoding="utf-8"))
    PAGE.write_text(with_block(BLOCK, PAGE.read_text(encoding="utf-8"), sizing(measured)), encoding="utf-8")

"""Whole frames of many wells at once, for pages that must stand a flood."""

import json
from collections.abc import Collection
from itertools import count

import httpx

from tests.e2e.running_service import RunningService
from tests.pictures import jpeg
from tests.wells import good_well, leaking_well

WELLS = tuple(str(number) for number in range(1, 81))
_seeds = count(1000)


def send_frame(
    service: RunningService,
    camera: str,
    leaks: Collection[str] = (),
    unusable: Collection[str] = (),
    wells: Collection[str] = WELLS,
) -> None:
    """Have one picture of each well of a camera judged; no two pictures are equal."""
    files = [("files", (f"{well}.jpg", _picture(well, leaks, unusable), "image/jpeg")) for well in wells]
    meta = json.dumps([{"camera_id": camera, "well_id": well, "cast_id": "C-7"} for well in wells])
    answer = httpx.post(f"{service.address}/v1/inspect/batch", files=files, data={"meta": meta}, timeout=60)
    answer.raise_for_status()


def _picture(well: str, leaks: Collection[str], unusable: Collection[str]) -> bytes:
    seed = next(_seeds)
    if well in leaks:
        return jpeg(leaking_well(seed))
    return jpeg(good_well(seed, height=6, width=6) if well in unusable else good_well(seed))

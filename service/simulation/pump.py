"""The pump: sends what a simulated plant shows, each frame when it is due, whatever the answers to earlier ones do."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from typing import Any

import httpx

from service.simulation.plant import Crop, Plant
from service.simulation.tally import Tally

IDLE_STEP_S = 0.05

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pace:
    """Frames a second and camera, for how long, as batches or crop by crop, and how many answers may be awaited."""

    frames_per_s: float
    seconds: float
    single: bool = False
    outstanding: int = 200


class Pump:
    """Posts crops through an httpx client; ``heard`` gets every decision that was answered, with the crop it is of."""

    def __init__(
        self,
        plant: Plant,
        pace: Pace,
        client: httpx.AsyncClient,
        tally: Tally,
        heard: Callable[[Crop, Answer], None] | None = None,
    ) -> None:
        self._plant = plant
        self._pace = pace
        self._client = client
        self._heard = heard
        self._tally = tally
        self._waiting: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Send until the time is over or this is cancelled, then wait for the last answers."""
        started = asyncio.get_running_loop().time()
        try:
            async with asyncio.TaskGroup() as group:
                for index, camera in enumerate(self._plant.cameras):
                    # Cameras do not beat in time: each starts a part of a frame later.
                    group.create_task(self._watch(camera, started, index / len(self._plant.cameras)))
        finally:
            self._tally.elapsed_s = min(asyncio.get_running_loop().time() - started, self._pace.seconds)
            await asyncio.gather(*self._waiting)

    async def _watch(self, camera: str, started: float, phase: float) -> None:
        clock = asyncio.get_running_loop().time
        async for due, crops in self._shots(camera, started, phase):
            self._tally.latest_start_s = max(self._tally.latest_start_s, clock() - due)
            if len(self._waiting) >= self._pace.outstanding:
                self._tally.held_back += len(crops)
                continue
            post = asyncio.create_task(self._post(crops, due))
            self._waiting.add(post)
            post.add_done_callback(self._waiting.discard)

    async def _shots(self, camera: str, started: float, phase: float) -> AsyncIterator[tuple[float, list[Crop]]]:
        """Yield each request's crops when it is due, with that moment on the loop's clock."""
        at_s, number = phase / self._pace.frames_per_s, 0
        while at_s < self._pace.seconds:
            haste = self._plant.haste(camera, at_s)
            step_s = 1 / (self._pace.frames_per_s * haste) if haste else IDLE_STEP_S
            await _until(started + at_s)
            if haste:
                for offset_s, crops in self._parts(self._plant.frame(camera, number, at_s), step_s):
                    await _until(started + at_s + offset_s)
                    yield started + at_s + offset_s, crops
                number += 1
            at_s += step_s

    def _parts(self, frame: list[Crop], step_s: float) -> Iterable[tuple[float, list[Crop]]]:
        if not self._pace.single:
            return [(0.0, frame)]
        return [(step_s * index / len(frame), [crop]) for index, crop in enumerate(frame)]

    async def _post(self, crops: list[Crop], due: float) -> None:
        self._tally.sent += len(crops)
        self._tally.requests += 1
        try:
            answer = await (self._post_one(crops[0]) if self._pace.single else self._post_batch(crops))
        except httpx.TransportError as error:
            self._tally.refused[type(error).__name__] += len(crops)
            return
        self._tally.latencies_s.append(asyncio.get_running_loop().time() - due)
        if not answer.is_success:
            self._tally.refused[str(answer.status_code)] += len(crops)
            return
        decisions = [answer.json()] if self._pace.single else answer.json()["results"]
        for crop, decision in zip(crops, decisions, strict=True):
            self._tally.verdicts[decision["verdict"]] += 1
            if self._heard is not None:
                self._heard(crop, decision)

    async def _post_one(self, crop: Crop) -> httpx.Response:
        headers = {"content-type": "image/jpeg"}
        return await self._client.post("/v1/inspect", content=crop.image, params=_labels(crop), headers=headers)

    async def _post_batch(self, crops: list[Crop]) -> httpx.Response:
        meta = json.dumps([_labels(crop) for crop in crops])
        files = [("files", (f"{crop.well_id}.jpg", crop.image, "image/jpeg")) for crop in crops]
        # The body says it too; a proxy that sends each camera to one replica reads the address alone.
        params = {"camera_id": crops[0].camera_id}
        return await self._client.post("/v1/inspect/batch", params=params, data={"meta": meta}, files=files)


async def _until(moment: float) -> None:
    await asyncio.sleep(max(0.0, moment - asyncio.get_running_loop().time()))


def _labels(crop: Crop) -> dict[str, str]:
    captured_at = crop.captured_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"camera_id": crop.camera_id, "well_id": crop.well_id, "captured_at": captured_at}

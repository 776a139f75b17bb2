"""Sends what a simulated plant shows, each frame when it is due, whatever the answers to earlier ones do."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import httpx

from service.simulation.plant import SimulatedCrop
from service.simulation.result import SimulationResult

IDLE_STEP_S = 0.05

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SendingRate:
    """Frames a second and camera, for how long, as batches or crop by crop, and how many answers may be awaited."""

    frames_per_s: float
    seconds: float
    single: bool = False
    outstanding: int = 200


class ShowsFrames(Protocol):
    """A plant: its cameras, how many times the ordinary rate one sends at a moment, and what it shows then."""

    @property
    def cameras(self) -> tuple[str, ...]: ...
    def haste(self, camera_id: str, at_s: float) -> float: ...
    def frame(self, camera_id: str, number: int, at_s: float) -> list[SimulatedCrop]: ...


class Sender:
    """Posts crops through an httpx client; ``heard`` gets every decision that was answered, with the crop it is of."""

    def __init__(
        self,
        plant: ShowsFrames,
        pace: SendingRate,
        client: httpx.AsyncClient,
        result: SimulationResult,
        heard: Callable[[SimulatedCrop, Answer], None] | None = None,
    ) -> None:
        self._plant = plant
        self._rate = pace
        self._client = client
        self._heard = heard
        self._result = result
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
            self._result.elapsed_s = min(asyncio.get_running_loop().time() - started, self._rate.seconds)
            await asyncio.gather(*self._waiting)

    async def _watch(self, camera: str, started: float, phase: float) -> None:
        clock = asyncio.get_running_loop().time
        async for due, crops in self._requests(camera, started, phase):
            self._result.latest_start_s = max(self._result.latest_start_s, clock() - due)
            if len(self._waiting) >= self._rate.outstanding:
                self._result.held_back += len(crops)
                continue
            post = asyncio.create_task(self._post(crops, due))
            self._waiting.add(post)
            post.add_done_callback(self._waiting.discard)

    async def _requests(
        self, camera: str, started: float, phase: float
    ) -> AsyncIterator[tuple[float, list[SimulatedCrop]]]:
        """Yield each request's crops when it is due, with that moment on the loop's clock."""
        at_s, number = phase / self._rate.frames_per_s, 0
        while at_s < self._rate.seconds:
            haste = self._plant.haste(camera, at_s)
            step_s = 1 / (self._rate.frames_per_s * haste) if haste else IDLE_STEP_S
            await _until(started + at_s)
            if haste:
                for offset_s, crops in self._parts(self._plant.frame(camera, number, at_s), step_s):
                    await _until(started + at_s + offset_s)
                    yield started + at_s + offset_s, crops
                number += 1
            at_s += step_s

    def _parts(self, frame: list[SimulatedCrop], step_s: float) -> Iterable[tuple[float, list[SimulatedCrop]]]:
        if not self._rate.single:
            return [(0.0, frame)]
        return [(step_s * index / len(frame), [crop]) for index, crop in enumerate(frame)]

    async def _post(self, crops: list[SimulatedCrop], due: float) -> None:
        self._result.sent += len(crops)
        self._result.requests += 1
        try:
            answer = await (self._post_one(crops[0]) if self._rate.single else self._post_batch(crops))
        except httpx.TransportError as error:
            self._result.refused[_reason(error)] += len(crops)
            return
        self._result.latencies_s.append(asyncio.get_running_loop().time() - due)
        if not answer.is_success:
            self._result.refused[str(answer.status_code)] += len(crops)
            return
        decisions = [answer.json()] if self._rate.single else answer.json()["results"]
        for crop, decision in zip(crops, decisions, strict=True):
            self._result.verdicts[decision["verdict"]] += 1
            if self._heard is not None:
                self._heard(crop, decision)

    async def _post_one(self, crop: SimulatedCrop) -> httpx.Response:
        headers = {"content-type": "image/jpeg"}
        return await self._client.post("/v1/inspect", content=crop.image, params=_labels(crop), headers=headers)

    async def _post_batch(self, crops: list[SimulatedCrop]) -> httpx.Response:
        meta = json.dumps([_labels(crop) for crop in crops])
        files = [("files", (f"{crop.well_id}.jpg", crop.image, "image/jpeg")) for crop in crops]
        # The body says it too; a proxy that sends each camera to one replica reads the address alone.
        params = {"camera_id": crops[0].camera_id}
        return await self._client.post("/v1/inspect/batch", params=params, data={"meta": meta}, files=files)


def _reason(error: httpx.TransportError) -> str:
    """The kind of error, with what the operating system or TLS says of it."""
    return f"{type(error).__name__} ({error})" if str(error) else type(error).__name__


async def _until(moment: float) -> None:
    await asyncio.sleep(max(0.0, moment - asyncio.get_running_loop().time()))


def _labels(crop: SimulatedCrop) -> dict[str, str]:
    captured_at = crop.captured_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"camera_id": crop.camera_id, "well_id": crop.well_id, "captured_at": captured_at}

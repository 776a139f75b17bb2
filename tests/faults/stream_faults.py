"""Faults of pulled streams: nobody asks, so the answers are the decisions on record, or the incident where none is."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from viva_genicam.testing import FakeGigeCamera

from service.contract.picture import Pixels
from tests.faults.answer import Answer
from tests.faults.fault import Fault
from tests.faults.frame_faults import GOOD_FRAME, MISALIGNED, quartered
from tests.faults.rig import Rig, Running
from tests.frames import write_cameras
from tests.gige_camera import ADDRESS, gige_port
from tests.mjpeg_camera import MjpegCamera, showing
from tests.pictures import jpeg
from tests.rtsp_camera import KEYFRAMES_APART, RtspCamera

STREAM = "incident: stream"
FROZEN, STALE = (f"200 unknown: {reason}" for reason in ("frozen", "stale"))
FROZEN_AFTER_S = 0.5
PATIENCE_S = 30


def exposures(frame: Pixels) -> list[Pixels]:
    """A frame, each time with the noise of its own exposure."""
    random = np.random.default_rng(4)
    return [np.clip(frame + random.normal(0, 1.5, frame.shape), 0, 255).astype(np.uint8) for _ in range(9)]


@asynccontextmanager
async def pulling(rig: Rig, address: str, **settings: object) -> AsyncIterator[Running]:
    """Run a service that pulls a camera."""
    path = write_cameras(rig.folder)
    path.write_text(f'{path.read_text()}\n[cameras.cam-1.source]\nurl = "{address}"\nframes_per_second = 10\n')
    async with rig.serving(cameras_file=path, **settings) as running:
        yield running


async def decided(running: Running, reason: str, since: datetime) -> list[dict[str, Any]]:
    """What is on record of frames that arrived since then, once one of them is decided for this reason."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            items = (await running.client.get("/v1/decisions", params={"limit": 100})).json()["items"]
            found = [one for one in items if datetime.fromisoformat(one["received_at"]) > since]
            if any(one["reason"] == reason for one in found):
                return found
            await asyncio.sleep(0.05)


async def incident(rig: Rig, running: Running, since: datetime) -> None:
    """Wait for the incident; whatever is decided meanwhile is an answer too."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            troubles = (await running.client.get("/v1/status")).json()["troubles"]
            if any(one["kind"] == "stream" for one in troubles):
                break
            await asyncio.sleep(0.05)
    items = (await running.client.get("/v1/decisions", params={"limit": 100})).json()["items"]
    rig.heard(200, {"results": [one for one in items if datetime.fromisoformat(one["received_at"]) > since]})
    rig.answers.append(Answer(STREAM, "unknown", True, troubles[0]))


def shown(*, then: Callable[[MjpegCamera], None], reason: str | None = None) -> Callable[[Rig], Awaitable[None]]:
    """Show good wells over MJPEG, then something else, of which all is heard once it has begun."""

    async def inject(rig: Rig) -> None:
        camera = MjpegCamera(showing(GOOD_FRAME))
        try:
            async with pulling(rig, f"http://127.0.0.1:{camera.port}/", frozen_after_s=FROZEN_AFTER_S) as running:
                await decided(running, "score_below_threshold", datetime.min.replace(tzinfo=UTC))
                then(camera)
                begun = datetime.now(UTC) + timedelta(seconds=2 * FROZEN_AFTER_S)
                if reason is None:
                    await incident(rig, running, begun)
                else:
                    rig.heard(200, {"results": await decided(running, reason, begun)})
        finally:
            camera.close()

    return inject


def show(picture: Callable[[], bytes]) -> Callable[[MjpegCamera], None]:
    def change(camera: MjpegCamera) -> None:
        camera.picture = picture

    return change


async def lost_keyframes(rig: Rig) -> None:
    camera = RtspCamera(exposures(GOOD_FRAME), lost=frozenset(range(0, 100_000, KEYFRAMES_APART)))
    try:
        async with pulling(rig, f"rtsp://127.0.0.1:{camera.port}/live") as running:
            await incident(rig, running, datetime.min.replace(tzinfo=UTC))
    finally:
        camera.close()


async def clock_back(rig: Rig) -> None:
    camera = RtspCamera(exposures(GOOD_FRAME), clock_off_s=-3600.0)
    try:
        async with pulling(rig, f"rtsp://127.0.0.1:{camera.port}/live") as running:
            rig.heard(200, {"results": await decided(running, "stale", datetime.min.replace(tzinfo=UTC))})
    finally:
        camera.close()


async def lost_packets(rig: Rig) -> None:
    lost = [(number, 3) for number in range(1, 1000)]
    with gige_port(), FakeGigeCamera(640, 420, 30, drop_packets=lost, packet_resend=False):
        async with pulling(rig, f"genicam:{ADDRESS}") as running:
            await incident(rig, running, datetime.min.replace(tzinfo=UTC))


STREAM_FAULTS = (
    Fault("stalled stream", "the connection stays, nothing comes", (STREAM,), shown(then=MjpegCamera.stall)),
    Fault(
        "damaged stream",
        "MJPEG of which each picture is cut in half",
        (STREAM,),
        shown(then=show(lambda: jpeg(GOOD_FRAME)[:9000])),
    ),
    Fault(
        "repeated frame",
        "a stream that goes on with its last picture",
        (FROZEN,),
        shown(then=show(lambda: jpeg(GOOD_FRAME)), reason="frozen"),
    ),
    Fault(
        "changed resolution",
        "a stream that goes on in half the size",
        (MISALIGNED,),
        shown(then=show(showing(quartered())), reason="misaligned"),
    ),
    Fault("lost keyframes", "H.264 of which every keyframe is lost", (STREAM,), lost_keyframes),
    Fault("clock of a stream", "RTSP whose reports are an hour back", (STALE,), clock_back),
    Fault("lost GigE packets", "a packet of each frame is lost, and not sent again", (STREAM,), lost_packets),
)

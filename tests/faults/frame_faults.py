"""Faults of whole frames: a place that is no well may look like a good one to any model."""

from collections.abc import Awaitable, Callable

import cv2
import httpx
import numpy as np

from service.contract.picture import Pixels
from tests.faults.fault import Fault
from tests.faults.rig import CONTROL, Rig, Running
from tests.frames import drawn_frame, moved, png, write_cameras

MISALIGNED, COVERED = (f"200 unknown: {reason}" for reason in ("misaligned", "covered"))
DESPITE = "200 leak: score_at_or_above_threshold_covered"
COVER = slice(60, 240), slice(60, 260)
BELOW = ("1a", "2a", "7a", "8a")
GOOD_FRAME = drawn_frame(seed=1)


async def sent(running: Running, frame: Pixels, request_id: str = "") -> httpx.Response:
    """Send a frame of the camera with a layout."""
    headers = {"x-request-id": request_id} if request_id else {}
    return await running.client.post("/v1/inspect/frame?camera_id=cam-1", content=png(frame), headers=headers)


def frames(*shown: Pixels) -> Callable[[Rig], Awaitable[None]]:
    """Show good wells where they belong, then these frames."""

    async def inject(rig: Rig) -> None:
        async with rig.serving(cameras_file=write_cameras(rig.folder)) as running:
            control = (await sent(running, GOOD_FRAME, CONTROL)).json()["results"]
            assert {one["verdict"] for one in control} == {"no_leak"}, control
            for frame in shown:
                await sent(running, frame)

    return inject


async def covered_wells(rig: Rig) -> None:
    """Only the wells below the cover are held against the table: the others go on being good."""
    plate = cv2.resize(GOOD_FRAME[300:327, 84:132], (200, 180))
    async with rig.serving(cameras_file=write_cameras(rig.folder)) as running:
        for cover in (np.full_like(plate, 110), plate):
            frame = GOOD_FRAME.copy()
            frame[COVER] = cover
            results = (await sent(running, frame, CONTROL)).json()["results"]
            rig.heard(200, {"results": [one for one in results if one["well_id"] in BELOW]})


def half_covered() -> Pixels:
    frame = GOOD_FRAME.copy()
    frame[:, :320] = 90
    return frame


def quartered() -> Pixels:
    return np.asarray(cv2.resize(GOOD_FRAME, None, fx=0.5, fy=0.5), np.uint8)


FRAME_FAULTS = (
    Fault(
        "moved table",
        "a frame 30 px and more aside, also by the pitch of the wells",
        (MISALIGNED,),
        frames(*(moved(GOOD_FRAME, right, down) for right, down in ((30, 0), (0, -40), (80, 0), (-160, 0)))),
    ),
    Fault(
        "turned camera",
        "a frame turned by 3 and by 180 degrees, and mirrored",
        (MISALIGNED,),
        frames(moved(GOOD_FRAME, turn=3), GOOD_FRAME[::-1, ::-1].copy(), GOOD_FRAME[:, ::-1].copy()),
    ),
    Fault("other lens", "a frame of another size", (MISALIGNED,), frames(quartered())),
    Fault(
        "blocked view",
        "a frame half covered, grey, black, and of noise",
        (MISALIGNED,),
        frames(
            half_covered(),
            np.full_like(GOOD_FRAME, 110),
            np.zeros_like(GOOD_FRAME),
            np.random.default_rng(0).integers(0, 256, GOOD_FRAME.shape, dtype=np.uint8),
        ),
    ),
    Fault(
        "covered wells",
        "a grey sheet, then one that looks like wells, over four wells",
        (COVERED, MISALIGNED, "200 unknown: input_flat", DESPITE),
        covered_wells,
    ),
)

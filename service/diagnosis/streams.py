"""Checks of the cameras that are pulled: does the stream open, and does a frame of it lie on the layout?"""

import asyncio
from collections.abc import Iterator

from service.app.streams import frames_of, require_extra
from service.contract.alignment.aligner import open_aligner
from service.contract.errors import LeakInspectionError, PictureError
from service.contract.picture import Pixels, decode
from service.diagnosis.finding import Finding, failed, ok, skipped
from service.diagnosis.machine import is_serving
from service.monitoring.cameras_file import Camera, read_cameras
from service.settings import Settings
from service.streams.reader_process import StreamEnded

PATIENCE_S = 15.0
"""To the first picture that can be trusted: of a video the first keyframe behind three others pictures."""

LATE = "set the camera to a constant picture rate and a keyframe every second, and look after the network"


def check_streams(settings: Settings) -> Iterator[Finding]:
    """Take a frame of each camera with a source."""
    try:
        cameras = read_cameras(settings.cameras_file)
    except LeakInspectionError:
        return  # which is told already
    for camera_id, camera in cameras.items():
        if camera.source is not None:
            yield _stream(settings, camera_id, camera)


def _stream(settings: Settings, camera_id: str, camera: Camera) -> Finding:
    check = f"stream of {camera_id}"
    is_taken = camera.source is not None and camera.source.url.startswith("genicam:") and is_serving(settings)
    if is_taken:
        return skipped(check, "one program alone may control the camera, and the service runs: see its metrics")
    try:
        require_extra(camera_id, camera)
        frame = decode(asyncio.run(_first_frame(settings, camera)), settings.max_pixels)
    except TimeoutError:
        return failed(check, f"it opens, and no picture that can be trusted came within {PATIENCE_S:g} s", LATE)
    except PictureError as error:
        return failed(check, f"its picture cannot be decoded: {error}", "set the camera to another format")
    except (StreamEnded, LeakInspectionError) as error:
        text, _, remedy = str(error).partition(": ")
        return failed(check, text, remedy or "look after camera and network")
    return _lies(settings, check, camera, frame)


async def _first_frame(settings: Settings, camera: Camera) -> bytes:
    async with asyncio.timeout(PATIENCE_S), frames_of(camera, settings) as frame:
        return (await frame())[1]


def _lies(settings: Settings, check: str, camera: Camera, frame: Pixels) -> Finding:
    size = f"a frame of {frame.shape[1]} x {frame.shape[0]} comes"
    if camera.layout is None or settings.cameras_file is None:
        return ok(check, size)
    try:
        aligner = open_aligner(camera.layout, settings.cameras_file.parent, settings.max_pixels)
    except LeakInspectionError:
        return ok(check, f"{size}; its layout cannot be read")
    if frame.shape[1::-1] != aligner.size:
        text = f"{size}, its reference has {aligner.size[0]} x {aligner.size[1]}"
        return failed(check, text, "set the camera to that size, or make its layout again: leak-inspection layout")
    alignment = aligner.align(frame).alignment
    if alignment.problem is not None:
        remedy = "put the camera back and clean its window, or make its layout again: leak-inspection layout"
        return failed(check, f"{size}, and {alignment.problem}", remedy)
    moved = f"moved by {alignment.shift_px:.1f} px, {alignment.proof:.0%} of the table's features are found again"
    return ok(check, f"{size}, {moved}")

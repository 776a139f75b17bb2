"""The cameras with whole frames: their layouts, and the reader of each that is pulled."""

from asyncio import Semaphore
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from prometheus_client import CollectorRegistry

from service.contract.alignment.aligner import Aligner, open_aligner
from service.contract.errors import SetupError
from service.frame_inspector import FrameInspector
from service.monitoring.cameras_file import Camera
from service.settings import Settings
from service.streams.order import order_of
from service.streams.pulled_camera import PulledCamera
from service.streams.reader_process import NextFrame, reading
from service.telemetry.stream_metrics import StreamMetrics

STREAM = "stream"
MODULES = {"streams": "av", "gige": "viva_genicam"}
"""What the extras of sources bring."""


def aligners_of(settings: Settings, cameras: Mapping[str, Camera]) -> dict[str, Aligner]:
    """Open the layout of each camera that has one.

    Raises:
        SetupError: a reference cannot be read, or shows too few features.
    """
    folder = (settings.cameras_file or Path()).parent
    layouts = {camera_id: camera.layout for camera_id, camera in cameras.items()}
    return {
        camera_id: open_aligner(layout, folder, settings.max_pixels)
        for camera_id, layout in layouts.items()
        if layout is not None
    }


def pulled_cameras(
    settings: Settings, cameras: Mapping[str, Camera], frames: FrameInspector, registry: CollectorRegistry
) -> list[PulledCamera]:
    """Make the runner of each camera with a source; nothing is opened yet.

    Raises:
        SetupError: the extra is not installed.
    """
    pulled = {camera_id: camera for camera_id, camera in cameras.items() if camera.source is not None}
    for camera_id, camera in pulled.items():
        require_extra(camera_id, camera)
    metrics = StreamMetrics(registry, pulled)
    turns = Semaphore(settings.worker_threads)
    return [
        PulledCamera(camera_id, partial(frames_of, camera, settings), frames.inspect, metrics, turns, camera.interval_s)
        for camera_id, camera in pulled.items()
    ]


def require_extra(camera_id: str, camera: Camera) -> None:
    """Do nothing where the source of a camera can be read.

    Raises:
        SetupError: the extra is not installed.
    """
    if camera.source is not None and find_spec(MODULES[camera.source.extra]) is None:
        raise SetupError(
            f"camera {camera_id} has a source: install leak-inspection with the extra {camera.source.extra}"
        )


@asynccontextmanager
async def frames_of(camera: Camera, settings: Settings) -> AsyncIterator[NextFrame]:
    """Start the reader of a camera and end it.

    Raises:
        SetupError: it has no source, or its credentials cannot be read.
    """
    if camera.source is None or settings.cameras_file is None:
        raise SetupError("the camera has no source")
    folder = settings.cameras_file.parent
    order = order_of(camera.source, camera.interval_s, folder, settings.max_pixels, settings.max_batch_bytes)
    async with reading(order) as frame:
        yield frame


def stream_problems(pulled: Sequence[PulledCamera]) -> dict[str, str]:
    """Say which cameras cannot be judged and why, as a source of incidents."""
    said = [f"{camera.camera_id}: {why}" for camera in pulled if (why := camera.problem()) is not None]
    return {STREAM: f"{'; '.join(said)}. Their wells are not judged; the stream is opened again"} if said else {}

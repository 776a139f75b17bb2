"""The cameras that are pulled, each with its reader; none where the cameras file names no source."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from importlib.util import find_spec

from prometheus_client import CollectorRegistry

from service.contract.errors import SetupError
from service.frame_inspector import FrameInspector
from service.monitoring.cameras_file import Camera
from service.settings import Settings
from service.streams.order import order_of
from service.streams.pulled_camera import PulledCamera
from service.streams.reader_process import NextFrame, reading
from service.telemetry.stream_metrics import StreamMetrics

STREAM = "stream"


def pulled_cameras(
    settings: Settings, cameras: Mapping[str, Camera], frames: FrameInspector, registry: CollectorRegistry
) -> list[PulledCamera]:
    """Make the runner of each camera with a source; nothing is opened yet.

    Raises:
        SetupError: the extra is not installed.
    """
    pulled = {camera_id: camera for camera_id, camera in cameras.items() if camera.source is not None}
    if not pulled:
        return []
    if find_spec("av") is None:
        raise SetupError(f"camera {min(pulled)} has a source: install leak-inspection with the extra streams")
    metrics = StreamMetrics(registry, pulled)
    return [
        PulledCamera(camera_id, partial(_reading, camera, settings), frames.inspect, metrics, camera.interval_s)
        for camera_id, camera in pulled.items()
    ]


@asynccontextmanager
async def _reading(camera: Camera, settings: Settings) -> AsyncIterator[NextFrame]:
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

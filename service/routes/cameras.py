"""``/v1/cameras``: the cameras that are expected, the layouts by which their frames are cut, their last frames."""

from dataclasses import dataclass
from datetime import datetime

from anyio import to_thread
from fastapi import APIRouter, Response

from service.contract.alignment.layout import Outline, reference_path
from service.contract.errors import NotFound
from service.contract.header.header import JPEG, JPEG_START, PNG
from service.contract.identifier import Id
from service.control_room.answer import ApiAnswer
from service.edge.strict_route import StrictRoute
from service.frame_inspector import FrameInspector
from service.monitoring.cameras_file import Camera
from service.monitoring.shift.watch import CameraShift, ShiftWatch
from service.routes.needs import (
    OPERATOR_ONLY,
    CamerasNeed,
    EventOutboxNeed,
    FrameInspectorNeed,
    SettingsNeed,
    ShiftNeed,
)
from service.routes.record.views import ReasonForm

router = APIRouter(prefix="/v1/cameras", tags=["cameras"], dependencies=[OPERATOR_ONLY], route_class=StrictRoute)

REFERENCE_HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}
FRAME_HEADERS = REFERENCE_HEADERS | {"Cache-Control": "no-store"}


@dataclass(slots=True)
class ExpectedCamera:
    """A camera of the cameras file; ``layout`` has its wells' outlines by name, null without one.

    ``reference`` is the file on which they lie, beside the cameras file, and ``frame_size`` its width and height.
    """

    camera_id: str
    interval_s: float
    wells: list[str]
    layout: dict[str, Outline] | None
    reference: str | None
    reference_sha256: str | None
    frame_size: tuple[int, int] | None


@dataclass(slots=True)
class CameraList(ApiAnswer):
    """All cameras of the cameras file, as the service has read it at its start."""

    items: list[ExpectedCamera]


@dataclass(slots=True)
class ShiftView:
    """A camera's shift: after so many periods, the evidence as a multiple of what raises the alarm.

    ``memory`` is how far the numbers of successive periods resemble each other (0: not at all), null before there are
    30: far from 0 the period is too short for the bound on false alarms. ``shifted_at`` is null while none stands.
    """

    camera_id: str
    began: datetime
    periods: int
    evidence_ratio: float
    memory: float | None
    shifted_at: datetime | None


@dataclass(slots=True)
class ShiftList(ApiAnswer):
    """The cameras that have given a number since the artefact was first served, or the last shift was accepted."""

    items: list[ShiftView]


@router.get("", operation_id="listCameras")
async def cameras(known: CamerasNeed, frames: FrameInspectorNeed) -> CameraList:
    """List the cameras that are expected."""
    return CameraList([_view(camera_id, camera, frames) for camera_id, camera in known.items()])


@router.get("/shifts", operation_id="listShifts")
async def shifts(watch: ShiftNeed) -> ShiftList:
    """Say of each camera how much speaks for a shift of the scores of its good wells."""
    return ShiftList([_shift(watch, camera_id, known) for camera_id, known in watch.cameras.items()])


@router.post("/{camera_id}/shift/accept", operation_id="acceptShift")
async def accept_shift(camera_id: Id, form: ReasonForm, watch: ShiftNeed, outbox: EventOutboxNeed) -> ShiftList:
    """Take a camera's scores as they are now for the usual ones; the watch over it begins anew."""
    outbox.add([watch.accept(camera_id, form.operator, form.reason)])
    return await shifts(watch)


@router.get("/{camera_id}/reference", operation_id="getReference", response_class=Response)
async def reference(camera_id: Id, known: CamerasNeed, settings: SettingsNeed) -> Response:
    """Return the frame on which the layout of a camera lies."""
    camera = known.get(camera_id)
    if camera is None or camera.layout is None or settings.cameras_file is None:
        raise NotFound(f"{camera_id} has no layout in the cameras file")
    path = reference_path(camera.layout, settings.cameras_file.parent)
    try:
        data = await to_thread.run_sync(path.read_bytes)
    except OSError as error:
        raise NotFound(f"the reference of {camera_id} is no longer there") from error
    media_type = JPEG if data.startswith(JPEG_START) else PNG
    return Response(data, media_type=media_type, headers=REFERENCE_HEADERS)


@router.get("/{camera_id}/frame", operation_id="getLastFrame", response_class=Response)
async def last_frame(camera_id: Id, frames: FrameInspectorNeed) -> Response:
    """Return the last judged frame of a camera with a layout, small, as JPEG; X-Captured-At says of when it is."""
    small = await frames.last_frames.small(camera_id)
    captured_at = small.captured_at.isoformat().replace("+00:00", "Z")
    return Response(small.jpeg, media_type=JPEG, headers=FRAME_HEADERS | {"X-Captured-At": captured_at})


def _shift(watch: ShiftWatch, camera_id: str, known: CameraShift) -> ShiftView:
    martingale = known.martingale
    ratio = watch.ratio(camera_id)
    return ShiftView(camera_id, known.began, martingale.taken, ratio, martingale.memory, known.shifted_at)


def _view(camera_id: str, camera: Camera, frames: FrameInspector) -> ExpectedCamera:
    layout, wells = camera.layout, list(camera.wells)
    if layout is None:
        return ExpectedCamera(camera_id, camera.interval_s, wells, None, None, None, None)
    size = frames.aligner(camera_id).size
    return ExpectedCamera(camera_id, camera.interval_s, wells, layout.wells, layout.reference, layout.sha256, size)

"""``POST /v1/inspect``, its ``/batch`` and ``/frame``, and ``/v1/trial``: the fast handlers; they only translate."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

import orjson
from starlette.types import Receive, Scope

from service.contract.artifact import sha256_hex
from service.contract.crop import Crop
from service.contract.decision import Decision
from service.contract.errors import MalformedBody, MalformedField
from service.edge.intake import Intake, Sent
from service.edge.middleware import JSON_HEADERS, Reply
from service.edge.request.body import boundary_of, header
from service.edge.request.deadline import fresh_until
from service.edge.request.labels import Labels
from service.routes.inspection.form import LabelledPicture, picture_of_form, pictures_of_form


class InspectHandler:
    """One crop: a raw JPEG or PNG body, or multipart field ``file`` with labels beside it.

    ``judge`` gets it with its deadline.
    """

    def __init__(
        self, intake: Intake, judge: Callable[[Crop, float], Awaitable[Decision]], max_age_s: float | None
    ) -> None:
        self._intake = intake
        self._judge = judge
        self._max_age_s = max_age_s

    async def __call__(self, scope: Scope, receive: Receive) -> Reply:
        """Answer with one decision."""
        decision = await self._intake.judged(scope, receive, _only_crop, self._judged)
        scope["decisions"] = (decision,)
        return Reply(200, JSON_HEADERS, orjson.dumps(decision, option=orjson.OPT_UTC_Z))

    def _judged(self, crop: Crop, deadline: float) -> Awaitable[Decision]:
        return self._judge(crop, fresh_until(deadline, crop.captured_at, self._max_age_s))


class BatchHandler:
    """Many crops of one frame: multipart field ``files`` repeated, labels of all of them, and of each in ``meta``.

    ``judge`` gets them with the deadline of the freshest one; ``most`` is how many a frame may have.
    """

    def __init__(
        self,
        intake: Intake,
        judge: Callable[[Sequence[Crop], float], Awaitable[list[Decision]]],
        max_age_s: float | None,
        most: int,
    ) -> None:
        self._intake = intake
        self._judge = judge
        self._max_age_s = max_age_s
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive) -> Reply:
        """Answer with one decision a crop, in the order sent."""
        return _all_of(scope, await self._intake.judged(scope, receive, self._crops, self._judged))

    def _judged(self, crops: Sequence[Crop], deadline: float) -> Awaitable[list[Decision]]:
        return self._judge(crops, max(fresh_until(deadline, crop.captured_at, self._max_age_s) for crop in crops))

    def _crops(self, sent: Sent) -> list[Crop]:
        boundary = boundary_of(header(sent.scope, b"content-type"))
        if boundary is None:
            raise MalformedBody("a batch is multipart/form-data with the field files repeated")
        pictures = pictures_of_form(sent.body, boundary, self._most, sent.labels)
        received_at = datetime.now(UTC)
        return [_crop(sent, picture, received_at) for picture in pictures]


class FrameHandler:
    """One whole frame: a raw JPEG or PNG body, or multipart field ``file``; ``camera_id`` in the query cuts it.

    ``judge`` gets it with its deadline; ``require`` raises where the camera has no layout.
    """

    def __init__(
        self,
        intake: Intake,
        judge: Callable[[Crop, float], Awaitable[list[Decision]]],
        require: Callable[[str | None], object],
        max_age_s: float | None,
    ) -> None:
        self._intake = intake
        self._judge = judge
        self._require = require
        self._max_age_s = max_age_s

    async def __call__(self, scope: Scope, receive: Receive) -> Reply:
        """Answer with one decision a well, in the order of the layout."""
        return _all_of(scope, await self._intake.judged(scope, receive, self._frame, self._judged, self._allow))

    def _allow(self, labels: Labels) -> None:
        if labels.well_id is not None:
            raise MalformedField("well_id: a frame shows all wells of its camera, send a crop to /v1/inspect")
        self._require(labels.camera_id)

    def _frame(self, sent: Sent) -> Crop:
        frame = _only_crop(sent)
        if frame.well_id is not None or frame.camera_id != sent.labels.camera_id:
            raise MalformedField("camera_id, well_id: name the camera in the query, and no well")
        return frame

    def _judged(self, frame: Crop, deadline: float) -> Awaitable[list[Decision]]:
        return self._judge(frame, fresh_until(deadline, frame.captured_at, self._max_age_s))


def _all_of(scope: Scope, decisions: list[Decision]) -> Reply:
    scope["decisions"] = decisions
    return Reply(200, JSON_HEADERS, orjson.dumps({"results": decisions}, option=orjson.OPT_UTC_Z))


def _only_crop(sent: Sent) -> Crop:
    boundary = boundary_of(header(sent.scope, b"content-type"))
    if boundary is None:
        return _crop(sent, LabelledPicture(sent.body, sent.labels), datetime.now(UTC))
    return _crop(sent, picture_of_form(sent.body, boundary, sent.labels), datetime.now(UTC))


def _crop(sent: Sent, picture: LabelledPicture, received_at: datetime) -> Crop:
    image, labels = picture
    return Crop(image, sha256_hex(image), sent.scope["request_id"], received_at, sent.arrived, *labels)

"""``POST /v1/inspect``, its ``/batch`` and ``/frame``, and ``/v1/trial``: the fast handlers; they only translate."""

from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from functools import partial
from time import perf_counter

import orjson
from starlette.types import Receive, Scope

from service.contract.artifact import sha256_hex
from service.contract.crop import Crop
from service.contract.decision import Decision
from service.contract.errors import MalformedBody, MalformedField
from service.edge.access import Access, Role
from service.edge.admission import Admission
from service.edge.arrivals import Arrivals
from service.edge.middleware import JSON_HEADERS, Reply
from service.edge.request.body import address_of, boundary_of, header, is_small, parsed, read_body
from service.edge.request.deadline import deadline_of, fresh_until
from service.edge.request.digest import check_digest
from service.edge.request.labels import Labels, labels_of_query
from service.inspector import Inspector
from service.routes.inspection.form import LabelledPicture, picture_of_form, pictures_of_form
from service.settings import Settings

NO_PLACE = nullcontext()


class InspectHandler:
    """One crop: a raw JPEG or PNG body, or multipart field ``file`` with labels beside it.

    ``judge`` gets it with its deadline.
    """

    def __init__(
        self,
        judge: Callable[[Crop, float], Awaitable[Decision]],
        role: Role,
        access: Access,
        arrivals: Arrivals,
        admission: Admission,
        settings: Settings,
    ) -> None:
        self._judge = judge
        self._role = role
        self._access = access
        self._arrivals = arrivals
        self._admission = admission
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive) -> Reply:
        """Answer with one decision."""
        self._access.require(scope, self._role)
        deadline = deadline_of(scope, perf_counter(), self._settings.deadline_s)
        labels = labels_of_query(scope["query_string"])
        address = address_of(scope)
        client = self._arrivals.client(address, labels.camera_id)
        self._admission.require(client)  # before the body is read
        limit, within_s = self._settings.max_body_bytes, self._settings.deadline_s
        # Whoever sends slowly takes no place among those who are judged, and a small body none at all.
        with NO_PLACE if is_small(scope) else self._arrivals.enter(address, labels.camera_id) as arrival:
            body = await read_body(scope, receive, limit, within_s, arrival)
            with self._admission.place(client):
                crop = await parsed(partial(_only_crop, scope, labels, perf_counter()), body)
                deadline = fresh_until(deadline, crop.captured_at, self._settings.max_age_s)
                decision = await self._judge(crop, deadline)
        scope["decisions"] = (decision,)
        return Reply(200, JSON_HEADERS, orjson.dumps(decision, option=orjson.OPT_UTC_Z))


class BatchHandler:
    """Many crops of one frame: multipart field ``files`` repeated, labels of all of them, and of each in ``meta``."""

    def __init__(
        self, inspector: Inspector, access: Access, arrivals: Arrivals, admission: Admission, settings: Settings
    ) -> None:
        self._inspector = inspector
        self._access = access
        self._arrivals = arrivals
        self._admission = admission
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive) -> Reply:
        """Answer with one decision a crop, in the order sent."""
        self._access.require(scope, Role.CAMERA)
        deadline = deadline_of(scope, perf_counter(), self._settings.deadline_s)
        labels = labels_of_query(scope["query_string"])
        address = address_of(scope)
        client = self._arrivals.client(address, labels.camera_id)
        self._admission.require(client)
        limit, within_s = self._settings.max_batch_bytes, self._settings.deadline_s
        with NO_PLACE if is_small(scope) else self._arrivals.enter(address, labels.camera_id) as arrival:
            body = await read_body(scope, receive, limit, within_s, arrival)
            with self._admission.place(client):
                crops = await parsed(partial(self._crops, scope, labels, perf_counter()), body)
                latest = max(fresh_until(deadline, crop.captured_at, self._settings.max_age_s) for crop in crops)
                decisions = await self._inspector.inspect_batch(crops, latest)
        scope["decisions"] = decisions
        return Reply(200, JSON_HEADERS, orjson.dumps({"results": decisions}, option=orjson.OPT_UTC_Z))

    def _crops(self, scope: Scope, labels: Labels, arrived: float, body: bytes) -> list[Crop]:
        check_digest(header(scope, b"content-digest"), body)
        boundary = boundary_of(header(scope, b"content-type"))
        if boundary is None:
            raise MalformedBody("a batch is multipart/form-data with the field files repeated")
        pictures = pictures_of_form(body, boundary, self._settings.max_batch_crops, labels)
        return [_crop(scope, picture, arrived) for picture in pictures]


class FrameHandler:
    """One whole frame: a raw JPEG or PNG body, or multipart field ``file``; ``camera_id`` in the query cuts it.

    ``judge`` gets it with its deadline; ``require`` raises where the camera has no layout. Its places are those of
    batches.
    """

    def __init__(
        self,
        judge: Callable[[Crop, float], Awaitable[list[Decision]]],
        require: Callable[[str | None], object],
        access: Access,
        arrivals: Arrivals,
        admission: Admission,
        settings: Settings,
    ) -> None:
        self._judge = judge
        self._require = require
        self._access = access
        self._arrivals = arrivals
        self._admission = admission
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive) -> Reply:
        """Answer with one decision a well, in the order of the layout."""
        self._access.require(scope, Role.CAMERA)
        deadline = deadline_of(scope, perf_counter(), self._settings.deadline_s)
        labels = labels_of_query(scope["query_string"])
        if labels.well_id is not None:
            raise MalformedField("well_id: a frame shows all wells of its camera, send a crop to /v1/inspect")
        self._require(labels.camera_id)  # before the body is read
        address = address_of(scope)
        client = self._arrivals.client(address, labels.camera_id)
        self._admission.require(client)
        limit, within_s = self._settings.max_batch_bytes, self._settings.deadline_s
        with NO_PLACE if is_small(scope) else self._arrivals.enter(address, labels.camera_id) as arrival:
            body = await read_body(scope, receive, limit, within_s, arrival)
            with self._admission.place(client):
                frame = await parsed(partial(_only_crop, scope, labels, perf_counter()), body)
                if frame.well_id is not None or frame.camera_id != labels.camera_id:
                    raise MalformedField("camera_id, well_id: name the camera in the query, and no well")
                latest = fresh_until(deadline, frame.captured_at, self._settings.max_age_s)
                decisions = await self._judge(frame, latest)
        scope["decisions"] = decisions
        return Reply(200, JSON_HEADERS, orjson.dumps({"results": decisions}, option=orjson.OPT_UTC_Z))


def _only_crop(scope: Scope, labels: Labels, arrived: float, body: bytes) -> Crop:
    check_digest(header(scope, b"content-digest"), body)
    boundary = boundary_of(header(scope, b"content-type"))
    whole = LabelledPicture(body, labels) if boundary is None else picture_of_form(body, boundary, labels)
    return _crop(scope, whole, arrived)


def _crop(scope: Scope, picture: LabelledPicture, arrived: float) -> Crop:
    image, labels = picture
    return Crop(image, sha256_hex(image), scope["request_id"], datetime.now(UTC), arrived, *labels)

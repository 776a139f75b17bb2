"""``POST /v1/inspect``, ``/v1/inspect/batch`` and ``/v1/trial``: the fast handlers; they only translate."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from time import perf_counter

import orjson
from starlette.types import Receive, Scope

from service.contract.artifact import sha256_hex
from service.contract.crop import Crop
from service.contract.decision import Decision
from service.contract.errors import BodyTooLarge, MalformedBody, MalformedField
from service.edge.access import Access, Role
from service.edge.admission import Admission
from service.edge.middleware import JSON_HEADERS, Reply
from service.inspector import Inspector
from service.routes.inspection.body import boundary_of, header, is_small, parsed, parts_of, read_body
from service.routes.inspection.deadline import deadline_of, fresh_until
from service.routes.inspection.digest import check_digest
from service.routes.inspection.labels import NO_LABELS, Labels, labels_of, labels_of_query
from service.settings import Settings

FILE = "file"
FILES = "files"
META = "meta"


class InspectHandler:
    """One crop: a raw JPEG or PNG body, or multipart field ``file``; ``judge`` gets it with its deadline."""

    def __init__(
        self,
        judge: Callable[[Crop, float], Awaitable[Decision]],
        role: Role,
        access: Access,
        admission: Admission,
        settings: Settings,
    ) -> None:
        self._judge = judge
        self._role = role
        self._access = access
        self._admission = admission
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive) -> Reply:
        """Answer with one decision."""
        self._access.require(scope, self._role)
        deadline = deadline_of(scope, perf_counter(), self._settings.deadline_s)
        labels = labels_of_query(scope["query_string"])
        deadline = fresh_until(deadline, labels.captured_at, self._settings.max_age_s)
        client = labels.camera_id or address_of(scope)
        self._admission.require(client)  # before the body is read
        whole = await self._body(scope, receive) if is_small(scope) else None  # a slow small body takes no place
        with self._admission.place(client):
            body = await self._body(scope, receive) if whole is None else whole
            crop = await parsed(partial(_only_crop, scope, labels, perf_counter()), body)
            decision = await self._judge(crop, deadline)
        scope["decisions"] = (decision,)
        return Reply(200, JSON_HEADERS, orjson.dumps(decision, option=orjson.OPT_UTC_Z))

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        return await read_body(scope, receive, self._settings.max_body_bytes, self._settings.deadline_s)


class BatchHandler:
    """Many crops of one frame: multipart field ``files`` repeated, and optionally ``meta``."""

    def __init__(self, inspector: Inspector, access: Access, admission: Admission, settings: Settings) -> None:
        self._inspector = inspector
        self._access = access
        self._admission = admission
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive) -> Reply:
        """Answer with one decision a crop, in the order sent."""
        self._access.require(scope, Role.CAMERA)
        deadline = deadline_of(scope, perf_counter(), self._settings.deadline_s)
        with self._admission.place(address_of(scope)):
            body = await read_body(scope, receive, self._settings.max_batch_bytes, self._settings.deadline_s)
            crops = await parsed(partial(self._crops, scope, perf_counter()), body)
            latest = max(fresh_until(deadline, crop.captured_at, self._settings.max_age_s) for crop in crops)
            decisions = await self._inspector.inspect_batch(crops, latest)
        scope["decisions"] = decisions
        return Reply(200, JSON_HEADERS, orjson.dumps({"results": decisions}, option=orjson.OPT_UTC_Z))

    def _crops(self, scope: Scope, arrived: float, body: bytes) -> list[Crop]:
        check_digest(header(scope, b"content-digest"), body)
        images, labels = self._form_of(body, boundary_of(header(scope, b"content-type")))
        return [_crop(scope, image, label, arrived) for image, label in zip(images, labels, strict=True)]

    def _form_of(self, body: bytes, boundary: str | None) -> tuple[list[bytes], Sequence[Labels]]:
        if boundary is None:
            raise MalformedBody("a batch is multipart/form-data with the field files repeated")
        images: list[bytes] = []
        meta: bytes | None = None
        for part in parts_of(body, boundary, self._settings.max_batch_crops + 2):
            if part.name == FILES:
                images.append(part.content)
            elif part.name == META and meta is None:
                meta = part.content
            else:
                raise MalformedField(f"{part.name:.80}: unexpected field, a batch has files and at most one meta")
        if not images:
            raise MalformedField("files: at least one crop is expected")
        if len(images) > self._settings.max_batch_crops:
            raise BodyTooLarge(f"more than {self._settings.max_batch_crops} crops: send several batches")
        return images, [NO_LABELS] * len(images) if meta is None else _labels_of_meta(meta, len(images))


def address_of(scope: Scope) -> str:
    """Return the address of a caller, as the server or a trusted proxy states it."""
    return scope["client"][0] if scope.get("client") else ""


def _only_crop(scope: Scope, labels: Labels, arrived: float, body: bytes) -> Crop:
    check_digest(header(scope, b"content-digest"), body)
    boundary = boundary_of(header(scope, b"content-type"))
    return _crop(scope, body if boundary is None else _only_file(body, boundary), labels, arrived)


def _crop(scope: Scope, image: bytes, labels: Labels, arrived: float) -> Crop:
    return Crop(image, sha256_hex(image), scope["request_id"], datetime.now(UTC), arrived, *labels)


def _only_file(body: bytes, boundary: str) -> bytes:
    files = [part.content for part in parts_of(body, boundary, most=4) if part.name == FILE]
    if len(files) != 1:
        raise MalformedField(f"{FILE}: exactly one picture is expected, or use /v1/inspect/batch")
    return files[0]


def _labels_of_meta(meta: bytes, count: int) -> list[Labels]:
    try:
        items = orjson.loads(meta)
    except orjson.JSONDecodeError as error:
        raise MalformedField(f"meta: not JSON ({error}): send a list of objects") from error
    if not isinstance(items, list) or len(items) != count:
        raise MalformedField(f"meta: a JSON list of {count} objects is expected, one a file, in the same order")
    labels = []
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            raise MalformedField(f"meta[{index}]: an object is expected")
        try:
            labels.append(labels_of(item))
        except MalformedField as error:
            raise MalformedField(f"meta[{index}].{error}") from error
    return labels

"""``POST /v1/inspect``, ``/v1/inspect/batch`` and ``/v1/trial``: the fast lanes; they only translate."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from time import perf_counter
from typing import NamedTuple

import orjson
from starlette.types import Receive, Scope

from service.contract.artifact import sha256_hex
from service.contract.decision import Decision
from service.contract.errors import BodyTooLarge, MalformedBody, MalformedField
from service.edge.access import Access, Role
from service.edge.admission import Admission
from service.edge.front import JSON_HEADERS, Reply
from service.inspector import Inspector
from service.judging.shot import Shot
from service.routes.body import boundary_of, header, is_small, parsed, parts_of, read_body
from service.routes.deadline import deadline_of, fresh_until
from service.routes.digest import check_digest
from service.routes.labels import NO_LABELS, Labels, labels_of, labels_of_query

FILE = "file"
FILES = "files"
META = "meta"


class Limits(NamedTuple):
    """What one request may hold, and how long it may take."""

    body_bytes: int
    batch_bytes: int
    batch_crops: int
    deadline_s: float
    max_age_s: float | None


class InspectLane:
    """One crop: a raw JPEG or PNG body, or multipart field ``file``; ``judge`` gets it with its deadline."""

    def __init__(
        self,
        judge: Callable[[Shot, float], Awaitable[Decision]],
        role: Role,
        access: Access,
        admission: Admission,
        limits: Limits,
    ) -> None:
        self._judge = judge
        self._role = role
        self._access = access
        self._admission = admission
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive) -> Reply:
        """Answer with one decision."""
        self._access.require(scope, self._role)
        deadline = deadline_of(scope, perf_counter(), self._limits.deadline_s)
        labels = labels_of_query(scope["query_string"])
        deadline = fresh_until(deadline, labels.captured_at, self._limits.max_age_s)
        client = labels.camera_id or address_of(scope)
        self._admission.require(client)  # before the body is read
        whole = await self._body(scope, receive) if is_small(scope) else None  # a slow small body takes no place
        with self._admission.place(client):
            body = await self._body(scope, receive) if whole is None else whole
            shot = await parsed(partial(_only_shot, scope, labels, perf_counter()), body)
            decision = await self._judge(shot, deadline)
        scope["decisions"] = (decision,)
        return Reply(200, JSON_HEADERS, orjson.dumps(decision, option=orjson.OPT_UTC_Z))

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        return await read_body(scope, receive, self._limits.body_bytes, self._limits.deadline_s)


class BatchLane:
    """Many crops of one frame: multipart field ``files`` repeated, and optionally ``meta``."""

    def __init__(self, inspector: Inspector, access: Access, admission: Admission, limits: Limits) -> None:
        self._inspector = inspector
        self._access = access
        self._admission = admission
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive) -> Reply:
        """Answer with one decision a crop, in the order sent."""
        self._access.require(scope, Role.CAMERA)
        deadline = deadline_of(scope, perf_counter(), self._limits.deadline_s)
        with self._admission.place(address_of(scope)):
            body = await read_body(scope, receive, self._limits.batch_bytes, self._limits.deadline_s)
            shots = await parsed(partial(self._shots, scope, perf_counter()), body)
            latest = max(fresh_until(deadline, shot.captured_at, self._limits.max_age_s) for shot in shots)
            decisions = await self._inspector.inspect_batch(shots, latest)
        scope["decisions"] = decisions
        return Reply(200, JSON_HEADERS, orjson.dumps({"results": decisions}, option=orjson.OPT_UTC_Z))

    def _shots(self, scope: Scope, arrived: float, body: bytes) -> list[Shot]:
        check_digest(header(scope, b"content-digest"), body)
        images, labels = self._crops(body, boundary_of(header(scope, b"content-type")))
        return [_shot(scope, image, label, arrived) for image, label in zip(images, labels, strict=True)]

    def _crops(self, body: bytes, boundary: str | None) -> tuple[list[bytes], Sequence[Labels]]:
        if boundary is None:
            raise MalformedBody("a batch is multipart/form-data with the field files repeated")
        images: list[bytes] = []
        meta: bytes | None = None
        for part in parts_of(body, boundary, self._limits.batch_crops + 2):
            if part.name == FILES:
                images.append(part.content)
            elif part.name == META and meta is None:
                meta = part.content
            else:
                raise MalformedField(f"{part.name:.80}: unexpected field, a batch has files and at most one meta")
        if not images:
            raise MalformedField("files: at least one crop is expected")
        if len(images) > self._limits.batch_crops:
            raise BodyTooLarge(f"more than {self._limits.batch_crops} crops: send several batches")
        return images, [NO_LABELS] * len(images) if meta is None else _labels_of_meta(meta, len(images))


def address_of(scope: Scope) -> str:
    """Return the address of a caller, as the server or a trusted proxy states it."""
    return scope["client"][0] if scope.get("client") else ""


def _only_shot(scope: Scope, labels: Labels, arrived: float, body: bytes) -> Shot:
    check_digest(header(scope, b"content-digest"), body)
    boundary = boundary_of(header(scope, b"content-type"))
    return _shot(scope, body if boundary is None else _only_file(body, boundary), labels, arrived)


def _shot(scope: Scope, image: bytes, labels: Labels, arrived: float) -> Shot:
    return Shot(image, sha256_hex(image), scope["request_id"], datetime.now(UTC), arrived, *labels)


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

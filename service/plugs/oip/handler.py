"""``POST /v2/models/M[/versions/V]/infer``: below the web framework, as the batches of the service's own interface."""

import re
import zlib
from contextlib import nullcontext
from functools import partial
from time import perf_counter

from starlette.types import Receive, Scope

from service.contract.crop import Crop
from service.contract.errors import BodyTooLarge, MalformedBody, MalformedField
from service.edge.access import Access, Role
from service.edge.admission import Admission
from service.edge.arrivals import Arrivals
from service.edge.middleware import JSON_HEADERS, Handler, RawHeaders, Reply
from service.edge.request.body import address_of, header, is_small, parsed, read_body
from service.edge.request.deadline import deadline_of, fresh_until
from service.edge.request.digest import check_digest
from service.edge.request.labels import Labels, labels_of_query
from service.inspector import Inspector
from service.judging.model_switch import ModelSwitch
from service.plugs.oip.answer import Answer, answer
from service.plugs.oip.crops import crops_of
from service.plugs.oip.models import require_model
from service.plugs.oip.request import HEADER_LENGTH, InferRequest, read_request
from service.settings import Settings

infer_path = re.compile(r"/v2/models/([^/]+)(?:/versions/([^/]+))?/infer").fullmatch
LONGEST_US = 60_000_000
WINDOW_BITS = {b"gzip": 16 + zlib.MAX_WBITS, b"deflate": zlib.MAX_WBITS}


class InferHandler:
    """Many pictures, or one: each row of the input is a crop, each row of the answer its decision."""

    def __init__(
        self,
        inspector: Inspector,
        models: ModelSwitch,
        access: Access,
        arrivals: Arrivals,
        admission: Admission,
        settings: Settings,
    ) -> None:
        self._inspector = inspector
        self._models = models
        self._access = access
        self._arrivals = arrivals
        self._admission = admission
        self._settings = settings

    def find(self, path: str) -> Handler | None:
        """Return the handler of a path, where it asks for an inference."""
        found = infer_path(path)
        return None if found is None else partial(self._handle, found[1], found[2])

    async def _handle(self, model: str, version: str | None, scope: Scope, receive: Receive) -> Reply:
        """Answer with one row a picture; the protocol knows one status for whatever is wrong with a request."""
        try:
            return await self._infer(model, version, scope, receive)
        except MalformedField as error:
            raise MalformedBody(str(error)) from error

    async def _infer(self, model: str, version: str | None, scope: Scope, receive: Receive) -> Reply:
        self._access.require(scope, Role.CAMERA)
        deadline = deadline_of(scope, perf_counter(), self._settings.deadline_s)
        name = require_model(self._models.require(), model, version)
        labels = labels_of_query(scope["query_string"])
        address = address_of(scope)
        client = self._arrivals.client(address, labels.camera_id)
        self._admission.require(client)
        limit, within_s = self._settings.max_batch_bytes, self._settings.deadline_s
        with nullcontext() if is_small(scope) else self._arrivals.enter(address, labels.camera_id) as arrival:
            body = await read_body(scope, receive, limit, within_s, arrival)
            with self._admission.place(client):
                arrived = perf_counter()
                request, crops = await parsed(partial(self._read, scope, labels, arrived), body)
                deadline = min(deadline, arrived + _timeout_s(request))
                latest = max(fresh_until(deadline, crop.captured_at, self._settings.max_age_s) for crop in crops)
                decisions = await self._inspector.inspect_batch(crops, latest)
        scope["decisions"] = decisions
        return _reply(answer(decisions, request.outputs, name, self._models.current().identity.artifact, request.id))

    def _read(self, scope: Scope, labels: Labels, arrived: float, body: bytes) -> tuple[InferRequest, list[Crop]]:
        check_digest(header(scope, b"content-digest"), body)
        whole = _inflated(body, header(scope, b"content-encoding"), self._settings.max_batch_bytes)
        request = read_request(whole, header(scope, HEADER_LENGTH))
        return request, crops_of(request, self._settings.max_batch_crops, scope["request_id"], arrived, labels)


def _timeout_s(request: InferRequest) -> float:
    """Read Triton's parameter ``timeout``, microseconds; 0 and none are no bound of the caller's."""
    given = request.parameters.get("timeout", 0)
    if not isinstance(given, int) or isinstance(given, bool) or not 0 <= given <= LONGEST_US:
        raise MalformedBody(f"timeout: a whole number of 0 to {LONGEST_US} microseconds is expected")
    return (given or LONGEST_US) / 1e6


def _inflated(body: bytes, encoding: bytes | None, limit: int) -> bytes:
    if encoding in {None, b"identity"}:
        return body
    if encoding not in WINDOW_BITS:
        raise MalformedBody("Content-Encoding: gzip, deflate or none is expected")
    stream = zlib.decompressobj(WINDOW_BITS[encoding])
    try:
        whole = stream.decompress(body, limit)
    except zlib.error as error:
        raise MalformedBody("the body is not what Content-Encoding says: send it again") from error
    if stream.unconsumed_tail:
        raise BodyTooLarge(f"the body unpacks to more than the {limit} bytes allowed: send less at once")
    if not stream.eof or stream.unused_data:
        raise MalformedBody("the packed body is not whole: send it again")
    return whole


def _reply(answered: Answer) -> Reply:
    if answered.json_bytes is None:
        return Reply(200, JSON_HEADERS, answered.body)
    headers: RawHeaders = [
        (b"content-type", b"application/octet-stream"),
        (HEADER_LENGTH, str(answered.json_bytes).encode()),
    ]
    return Reply(200, headers, answered.body)

"""``POST /v2/models/M[/versions/V]/infer``: below the web framework, as the batches of the service's own interface."""

import re
import zlib
from functools import partial

from starlette.types import Receive, Scope

from service.contract.crop import Crop
from service.contract.decision import Decision
from service.contract.errors import BodyTooLarge, MalformedBody, MalformedField
from service.edge.intake import Intake, Sent
from service.edge.middleware import JSON_HEADERS, Handler, RawHeaders, Reply
from service.edge.request.body import header
from service.edge.request.deadline import fresh_until
from service.edge.request.labels import Labels
from service.inspector import Inspector
from service.judging.model_switch import ModelSwitch
from service.plugs.oip.answer import InferAnswer, answer
from service.plugs.oip.crops import crops_of
from service.plugs.oip.models import require_model
from service.plugs.oip.request import HEADER_LENGTH, InferRequest, read_request, timeout_s
from service.settings import Settings

infer_path = re.compile(r"/v2/models/([^/]+)(?:/versions/([^/]+))?/infer").fullmatch
WINDOW_BITS = {b"gzip": 16 + zlib.MAX_WBITS, b"deflate": zlib.MAX_WBITS}


class InferHandler:
    """Many pictures, or one: each row of the input is a crop, each row of the answer its decision."""

    def __init__(self, intake: Intake, inspector: Inspector, models: ModelSwitch, settings: Settings) -> None:
        self._intake = intake
        self._inspector = inspector
        self._models = models
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
        allow = partial(self._require_model, model, version)
        request, decisions = await self._intake.judged(scope, receive, self._read, self._judged, allow)
        scope["decisions"] = decisions
        return _reply(answer(decisions, request.outputs, model, self._models.current().identity.artifact, request.id))

    def _require_model(self, model: str, version: str | None, _: Labels) -> None:
        require_model(self._models.require(), model, version)

    def _read(self, sent: Sent) -> tuple[InferRequest, list[Crop], float]:
        whole = _inflated(sent.body, header(sent.scope, b"content-encoding"), self._settings.max_batch_bytes)
        request = read_request(whole, header(sent.scope, HEADER_LENGTH))
        request_id, most = sent.scope["request_id"], self._settings.max_batch_crops
        crops = crops_of(request, most, request_id, sent.arrived, sent.labels)
        return request, crops, sent.arrived + timeout_s(request)

    async def _judged(
        self, read: tuple[InferRequest, list[Crop], float], deadline: float
    ) -> tuple[InferRequest, list[Decision]]:
        request, crops, within = read
        deadline = min(deadline, within)
        latest = max(fresh_until(deadline, crop.captured_at, self._settings.max_age_s) for crop in crops)
        return request, await self._inspector.inspect_batch(crops, latest)


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


def _reply(answered: InferAnswer) -> Reply:
    if answered.json_bytes is None:
        return Reply(200, JSON_HEADERS, answered.body)
    headers: RawHeaders = [
        (b"content-type", b"application/octet-stream"),
        (HEADER_LENGTH, str(answered.json_bytes).encode()),
    ]
    return Reply(200, headers, answered.body)

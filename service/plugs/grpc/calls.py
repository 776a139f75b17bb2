"""The six calls: who asks, what was asked, and the answer, or the status that says what to do."""

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from time import perf_counter
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeAlias
from urllib.parse import unquote

import grpc
from starlette.types import Message as HttpMessage
from starlette.types import Receive, Scope

from service.contract.crop import Crop
from service.contract.decision import Decision
from service.contract.errors import MalformedBody, NotReady
from service.edge.access import Access, Role
from service.edge.errors import kind_of
from service.edge.intake import Intake, Sent
from service.edge.middleware import CLIENT_CLOSED_REQUEST
from service.edge.request.body import read_body
from service.edge.request.deadline import LONGEST_MS, fresh_until
from service.edge.request_id import request_id_of
from service.inspector import Inspector
from service.judging.model_switch import ModelSwitch
from service.monitoring.readiness import Readiness
from service.plugs.grpc.messages import MESSAGES, Message, infer_request, infer_response, parsed_as
from service.plugs.grpc.protocol import SERVICE
from service.plugs.oip.crops import crops_of
from service.plugs.oip.models import model_metadata, require_model, server_metadata
from service.plugs.oip.request import InferRequest, timeout_s
from service.settings import Settings
from service.telemetry.logs import RequestLog
from service.telemetry.metrics import ServiceMetrics

STATUSES: Final = MappingProxyType(
    {
        400: grpc.StatusCode.INVALID_ARGUMENT,
        401: grpc.StatusCode.UNAUTHENTICATED,
        403: grpc.StatusCode.PERMISSION_DENIED,
        404: grpc.StatusCode.NOT_FOUND,
        413: grpc.StatusCode.INVALID_ARGUMENT,
        422: grpc.StatusCode.INVALID_ARGUMENT,
        429: grpc.StatusCode.RESOURCE_EXHAUSTED,
        503: grpc.StatusCode.UNAVAILABLE,
        504: grpc.StatusCode.DEADLINE_EXCEEDED,
    }
)
"""What HTTP answers, as gRPC says it; everything else is INTERNAL."""

NO_DECISION: Final = (("verdict", "unknown"), ("alarm", "true"))

ARRIVED: Final = "leak_inspection.arrived"
"""In the scope once the message is there."""

Call: TypeAlias = Any
"""A ``grpc.aio.ServicerContext``: grpcio has no types."""

Asked = Callable[[Scope, Receive], Awaitable[Message]]
Behaviour = Callable[[AsyncIterator[bytes], Call], Awaitable[bytes]]


class Asking(NamedTuple):
    """An inference that is asked for, and when it must have begun, as ``time.perf_counter`` has it."""

    message: Message
    request: InferRequest
    crops: list[Crop]
    within: float


class InferenceCalls:
    """Each call is shown to the parts that know HTTP as a request of theirs: access, places, deadlines, logs, metrics.

    A message is taken from the connection once its caller is known and has a place: calls are declared as streams of
    messages, of which the first one counts.
    """

    def __init__(
        self,
        inspector: Inspector,
        models: ModelSwitch,
        access: Access,
        many: Intake,
        readiness: Readiness,
        metrics: ServiceMetrics,
        log: RequestLog,
        settings: Settings,
    ) -> None:
        self._inspector = inspector
        self._models = models
        self._access = access
        self._intake = many
        self._readiness = readiness
        self._metrics = metrics
        self._log = log
        self._settings = settings
        self._judging: set[asyncio.Task[Any]] = set()

    def behaviours(self) -> dict[str, Behaviour]:
        """Return what each call does, by its name."""
        calls: dict[str, Asked] = {
            "ServerLive": self._server_live,
            "ServerReady": self._server_ready,
            "ModelReady": self._model_ready,
            "ServerMetadata": self._server_metadata,
            "ModelMetadata": self._model_metadata,
            "ModelInfer": self._model_infer,
        }
        return {name: partial(self._answered, f"/{SERVICE}/{name}", asked) for name, asked in calls.items()}

    async def finished(self) -> None:
        """Wait for what is judged though its caller has gone."""
        await asyncio.gather(*self._judging, return_exceptions=True)

    async def _answered(self, path: str, asked: Asked, messages: AsyncIterator[bytes], context: Call) -> bytes:
        started = perf_counter()
        scope = _scope(path, context)
        trailer = (("x-request-id", scope["request_id"]),)
        status = CLIENT_CLOSED_REQUEST
        self._metrics.in_flight += 1
        try:
            message = await asked(scope, _receive(scope, messages))
            status = 200
            context.set_trailing_metadata(trailer)
            answer: bytes = message.SerializeToString()
        except Exception as error:  # whatever fails, no answer is a decision
            self._metrics.shed(error)
            self._log.failed(scope, error)
            kind, detail = kind_of(error)
            status = kind.status
            code = STATUSES.get(status, grpc.StatusCode.INTERNAL)
            await context.abort(code, detail, (*trailer, *NO_DECISION))
        finally:
            self._metrics.in_flight -= 1
            self._metrics.request_ended(status, perf_counter() - started)
            self._log.ended(scope, status, perf_counter() - started)
        return answer

    async def _server_live(self, scope: Scope, receive: Receive) -> Message:
        await self._watched("ServerLive", scope, receive)
        return MESSAGES["ServerLiveResponse"](live=True)

    async def _server_ready(self, scope: Scope, receive: Receive) -> Message:
        await self._watched("ServerReady", scope, receive)
        return MESSAGES["ServerReadyResponse"](ready=self._readiness.ready)

    async def _model_ready(self, scope: Scope, receive: Receive) -> Message:
        asked = await self._watched("ModelReady", scope, receive)
        ready = self._readiness.ready
        try:
            require_model(self._models.current(), asked.name, asked.version or None)
        except NotReady:
            ready = False
        return MESSAGES["ModelReadyResponse"](ready=ready)

    async def _server_metadata(self, scope: Scope, receive: Receive) -> Message:
        await self._watched("ServerMetadata", scope, receive)
        return MESSAGES["ServerMetadataResponse"](**server_metadata())

    async def _model_metadata(self, scope: Scope, receive: Receive) -> Message:
        self._access.require(scope, Role.CAMERA)
        asked = await self._message("ModelMetadata", scope, receive)
        described = model_metadata(self._models.current(), asked.name, asked.version or None)
        return MESSAGES["ModelMetadataResponse"](**described)

    async def _watched(self, call: str, scope: Scope, receive: Receive) -> Message:
        if self._settings.protect_health_and_metrics:
            self._access.require(scope, Role.CAMERA)
        return await self._message(call, scope, receive)

    async def _message(self, call: str, scope: Scope, receive: Receive) -> Message:
        limit, within_s = self._settings.max_batch_bytes, self._settings.deadline_s
        return parsed_as(f"{call}Request", await read_body(scope, receive, limit, within_s))

    async def _model_infer(self, scope: Scope, receive: Receive) -> Message:
        """Judge what has arrived whether its caller waits for it or not."""
        judging = asyncio.ensure_future(self._intake.judged(scope, receive, self._read, self._judged))
        self._judging.add(judging)
        judging.add_done_callback(self._judging.discard)
        try:
            message, request, decisions = await asyncio.shield(judging)
        except asyncio.CancelledError:
            if ARRIVED not in scope:
                judging.cancel()
            raise
        scope["decisions"] = decisions
        version = self._models.current().identity.artifact
        return infer_response(decisions, request, message.model_name, version, message.id)

    def _read(self, sent: Sent) -> Asking:
        message = parsed_as("ModelInferRequest", sent.body)
        require_model(self._models.require(), message.model_name, message.model_version or None)
        request = infer_request(message)
        crops = crops_of(request, self._settings.max_batch_crops, sent.scope["request_id"], sent.arrived)
        return Asking(message, request, crops, sent.arrived + timeout_s(request))

    async def _judged(self, asking: Asking, deadline: float) -> tuple[Message, InferRequest, list[Decision]]:
        deadline = min(deadline, asking.within)
        latest = max(fresh_until(deadline, crop.captured_at, self._settings.max_age_s) for crop in asking.crops)
        return asking.message, asking.request, await self._inspector.inspect_batch(asking.crops, latest)


def _scope(path: str, context: Call) -> Scope:
    """Show a call as a request of HTTP; its deadline becomes that of the request."""
    headers = [(name.encode(), value.encode() if isinstance(value, str) else value) for name, value in _sent(context)]
    left_s = context.time_remaining()
    if left_s is not None:
        headers.append((b"x-deadline-ms", str(min(max(1, math.ceil(left_s * 1000)), LONGEST_MS)).encode()))
    return {
        "type": "grpc",
        "method": "gRPC",
        "path": path,
        "query_string": b"",
        "headers": headers,
        "client": _address(context.peer()),
        "request_id": request_id_of(headers),
    }


def _sent(context: Call) -> list[tuple[str, str | bytes]]:
    """What the caller says beside its message; deadlines are said by gRPC's own means alone."""
    return [(name, value) for name, value in context.invocation_metadata() or () if name != "x-deadline-ms"]


def _address(peer: str) -> tuple[str, int]:
    """Host and port of ``ipv4:127.0.0.1:5000`` or ``ipv6:%5B::1%5D:5000``."""
    host, _, port = unquote(peer).partition(":")[2].rpartition(":")
    return host.strip("[]"), int(port) if port.isdigit() else 0


def _receive(scope: Scope, messages: AsyncIterator[bytes]) -> Receive:
    async def receive() -> HttpMessage:
        try:
            body = await anext(messages)
        except StopAsyncIteration as error:
            raise MalformedBody("no message came: send one") from error
        scope[ARRIVED] = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive

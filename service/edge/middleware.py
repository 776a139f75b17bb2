"""The outermost ASGI layer: request ids, counting at the end of each request, errors as problems, and fast handlers.

A fast handler is a handler that answers POST on one path without the web framework in between; it is described in
the OpenAPI document all the same (``service.openapi``).
"""

from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import NamedTuple

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.contract.errors import RequestError
from service.edge.bounded_receive import BoundedReceive
from service.edge.errors import Problem, only_post, problem_of
from service.edge.request_id import request_id_of
from service.edge.same_origin import SameOrigin
from service.monitoring.readiness import Readiness
from service.telemetry.logs import RequestLog
from service.telemetry.metrics import ServiceMetrics

RawHeaders = list[tuple[bytes, bytes]]

JSON_HEADERS: RawHeaders = [(b"content-type", b"application/json")]
CLIENT_CLOSED_REQUEST = 499
WHOLE = "leak_inspection.whole"
"""In the scope where the body had arrived before the request was handed on."""


class Reply(NamedTuple):
    """A whole answer of a fast handler."""

    status: int
    headers: RawHeaders
    body: bytes


class ClientGone(Exception):
    """The caller disconnected before its request was complete: nobody is left to answer."""


Handler = Callable[[Scope, Receive], Awaitable[Reply]]


class OuterMiddleware:
    """Wraps the web application; ``find`` returns the handler of POST on a path, where there is one."""

    def __init__(
        self,
        app: ASGIApp,
        find: Callable[[str], Handler | None],
        same_origin: SameOrigin,
        readiness: Readiness,
        metrics: ServiceMetrics,
        log: RequestLog,
    ) -> None:
        self._app = app
        self._same_origin = same_origin
        self._readiness = readiness
        self._find = find
        self._metrics = metrics
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = perf_counter()
        scope["request_id"] = request_id = request_id_of(scope["headers"])
        handler = self._find(scope["path"][len(scope.get("root_path", "")) :])
        self._metrics.in_flight += 1
        status = CLIENT_CLOSED_REQUEST
        try:
            reply = self._refusal(scope)
            if reply is None and handler is not None:
                reply = await self._through_handler(handler, scope, receive)
            if reply is None:
                status = await self._through_app(scope, receive, send)
            else:
                status = reply.status
                await _send(send, reply, self._own_headers(request_id))
        except ClientGone:
            pass
        finally:
            elapsed_s = perf_counter() - started
            self._metrics.in_flight -= 1
            self._metrics.request_ended(status, None if "endless" in scope else elapsed_s)
            self._log.ended(scope, status, elapsed_s)

    def _refusal(self, scope: Scope) -> Reply | None:
        try:
            self._same_origin.require(scope)
        except RequestError as error:
            return _reply(problem_of(error, scope["path"], scope["request_id"]))
        return None

    async def _through_handler(self, handler: Handler, scope: Scope, receive: Receive) -> Reply:
        if scope["method"] != "POST":
            return _reply(only_post(scope["path"], scope["request_id"]))
        try:
            return await handler(scope, receive)
        except ClientGone:
            raise
        except Exception as error:  # whatever fails, the answer is a problem and never no_leak
            self._metrics.shed(error)
            self._log.failed(scope, error)
            return _reply(problem_of(error, scope["path"], scope["request_id"]))

    async def _through_app(self, scope: Scope, receive: Receive, send: Send) -> int:
        status = CLIENT_CLOSED_REQUEST

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *self._own_headers(scope["request_id"])]
            await send(message)

        inner = {**scope, "method": "GET"} if _is_head(scope) else scope  # the server leaves the body out
        await self._app(inner, BoundedReceive(receive), send_with_id)
        return status

    def _own_headers(self, request_id: str) -> RawHeaders:
        """While the service drains each connection ends with an answer, so that none is cut with a request in it."""
        own = [(b"x-request-id", request_id.encode())]
        return [*own, (b"connection", b"close")] if self._readiness.draining else own


def _reply(answer: Problem) -> Reply:
    headers = [(name.encode(), value.encode()) for name, value in answer.headers.items()]
    return Reply(answer.status, headers, answer.body)


def _is_head(scope: Scope) -> bool:
    if scope["method"] != "HEAD":
        return False
    path = scope["path"][len(scope.get("root_path", "")) :]
    return path in {"/", "/metrics"} or path.startswith("/health/")


async def _send(send: Send, reply: Reply, own_headers: RawHeaders) -> None:
    headers = [*reply.headers, (b"content-length", str(len(reply.body)).encode()), *own_headers]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})

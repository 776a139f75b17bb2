"""HTTP/1.1 on the wire: uvicorn's protocol, with bounds on the head of a request and refusals that say unknown."""

import asyncio
from http import HTTPStatus

import httptools
import uuid_utils
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from service.edge.errors import BY_STATUS, Kind, problem
from service.edge.middleware import WHOLE

ANSWER = b"HTTP/1.1 "
HEAD_END = b"\r\n\r\n"
HEAD_BYTES = 64 * 1024
HEAD_S = 10.0
LINGER_S = 1.0
"""So long a refused connection is read on: closed at once, the kernel resets it and the refusal may never be seen."""

OFFER = frozenset((b"upgrade", b"http2-settings"))
MALFORMED = Kind(400, "malformed-request", "Not an HTTP/1.1 request")
TOO_SLOW = BY_STATUS[408]
HEAD_TOO_LARGE = Kind(431, "head-too-large", "The head of the request is too large")


def _tokens(value: bytes) -> list[bytes]:
    return [token.strip().lower() for token in value.split(b",")]


class OnePacket:
    """A transport that sends the head of an answer together with what follows it at once: one system call, not two.

    A head that nothing follows leaves at the end of the event loop's round.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._head = b""
        self._ended = False

    def __getattr__(self, name: str) -> object:
        """Everything else is the transport's own."""
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send data; the head of an answer waits for what comes next. What comes after the end is nobody's."""
        if self._ended:
            return
        if self._head:
            head, self._head = self._head, b""
            self._transport.write(head + data)
        elif data.startswith(ANSWER) and data.endswith(HEAD_END):
            self._head = data
            self._loop.call_soon(self.flush)
        else:
            self._transport.write(data)

    def flush(self) -> None:
        """Send a head that is still waiting."""
        if self._head and not self._transport.is_closing():
            self.write(b"")

    def write_eof(self) -> None:
        """Send no more; what the peer sends is still read."""
        self.flush()
        self._ended = True
        self._transport.write_eof()

    def close(self) -> None:
        self.flush()
        self._transport.close()


class BoundedProtocol(HttpToolsProtocol):
    """Refuses heads that are malformed, endless or slow, and stays with HTTP/1.1; uvicorn waits for a head for ever."""

    _in_head = True
    _refused = False
    _closes = False
    _offers = False
    _has_host = False
    _head_bytes = 0
    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begin to wait for the first head."""
        super().connection_made(transport)
        self.transport = OnePacket(transport, self.loop)  # type: ignore[assignment]  # behaves as one
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what came, and look whether the head is whole by now; after a refusal nothing counts."""
        if self._refused:
            return
        self._unset_keepalive_if_required()
        try:
            self._parse(data)
        except httptools.HttpParserError as error:
            self.send_400_response(f"the request cannot be parsed ({error.__context__ or error}): send HTTP/1.1")
        if not self._in_head:
            self._stop_waiting()
            return
        self._head_bytes += len(data)
        if self._head_bytes > HEAD_BYTES:
            self._refuse(HEAD_TOO_LARGE, f"more than {HEAD_BYTES} bytes: send fewer or shorter headers")
        elif self._head_timer is None:
            self._wait_for_head()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._head_bytes, self._closes, self._has_host = True, 0, False, False

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header without the blanks around its value (RFC 9110 5.5); trailers belong to no head."""
        if not self._in_head:
            return
        name, value = name.lower(), value.strip(b" \t")
        if name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        elif name == b"connection" and b"close" in _tokens(value):
            self._closes = True
        elif name == b"host":
            self._has_host = True
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Begin with the request; one that offers another protocol is read again without its offer."""
        if b"#" in self.url:  # what follows would be lost, and with it labels (RFC 9112 3.2: no target has it)
            raise ValueError("there is a # in its address, write %23")
        if not self._has_host and self.parser.get_http_version() == "1.1":
            raise ValueError("it names no Host, which HTTP/1.1 asks for")  # RFC 9112 3.2
        self._in_head = False
        self._offers = bool(self.parser.should_upgrade())
        if not self._offers:
            super().on_headers_complete()
            if self._closes:
                self.cycle.keep_alive = False

    def on_message_complete(self) -> None:
        """Say in the scope that the body is there, so that nobody sets a clock for it."""
        if self._offers:
            return
        self.scope[WHOLE] = True  # type: ignore[literal-required]  # a key of our own
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        self._in_head = False
        self._refuse(MALFORMED, msg)

    def _parse(self, data: bytes) -> None:
        """Feed the parser, which ends at a head with ``Upgrade``, since it takes what follows for another protocol.

        HTTP/1.1 is all there is here, so the offer is declined by ignoring it (RFC 9110 7.8), whatever it is: a new
        parser gets the head without it, and what follows is the body it says it is.
        """
        left = memoryview(data)
        while True:
            try:
                self.parser.feed_data(left)
            except httptools.HttpParserUpgrade as end:
                left = left[end.args[0] :]
            else:
                return
            if self.parser.get_method() == b"CONNECT":
                self.send_400_response("this is no proxy: send a request with a path")
                return
            head = self._head_without_offer()
            self.parser = httptools.HttpRequestParser(self)
            self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
            self.parser.feed_data(head)

    def _head_without_offer(self) -> bytes:
        method, version = self.parser.get_method(), self.parser.get_http_version().encode()
        lines = [b"%s %s HTTP/%s" % (method, self.url, version)]
        for name, value in self.headers:
            if name == b"connection":
                kept = b", ".join(token for token in _tokens(value) if token not in OFFER)
                lines += [b"connection: " + kept] if kept else []
            elif name not in OFFER:
                lines.append(b"%s: %s" % (name, value))
        return b"\r\n".join([*lines, b"", b""])

    def _wait_for_head(self) -> None:
        self._head_timer = self.loop.call_later(HEAD_S, self._refuse, TOO_SLOW, f"no whole head within {HEAD_S:g} s")

    def _stop_waiting(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _refuse(self, kind: Kind, detail: str) -> None:
        self._stop_waiting()
        if self._refused or self.transport.is_closing():
            return
        self._refused = True
        request_id = uuid_utils.uuid7().hex
        refusal = problem(kind, detail, "", request_id)
        head = [f"HTTP/1.1 {kind.status} {HTTPStatus(kind.status).phrase}"]
        head += [f"{name}: {value}" for name, value in refusal.headers.items()]
        head += [f"content-length: {len(refusal.body)}", f"x-request-id: {request_id}", "connection: close"]
        self.transport.write("\r\n".join([*head, "", ""]).encode() + refusal.body)
        if self.transport.can_write_eof():
            self.transport.write_eof()
            self.loop.call_later(LINGER_S, self.transport.close)
        else:
            self.transport.close()

"""Requests on the wire: what the application gets of them."""

import asyncio

import pytest
from starlette.types import Receive, Scope, Send
from uvicorn import Config
from uvicorn.server import ServerState

from service.edge.protocol import BoundedProtocol
from tests.unit.service.edge.test_protocol import Wire

POST = b"POST /a?b=c HTTP/1.1\r\nhost: x\r\n"
OFFER = b"connection: keep-alive, Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAM\r\n"


class Seen:
    """An application that keeps what it gets and answers each request."""

    def __init__(self) -> None:
        self.scopes: list[Scope] = []
        self.bodies: list[bytes] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scopes.append(scope)
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message["body"], message["more_body"]
        self.bodies.append(body)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})


class Connection:
    """A connection without a socket."""

    def __init__(self) -> None:
        self.app = Seen()
        self.wire = Wire()
        config = Config(self.app, ws="none", log_config=None)
        self.protocol = BoundedProtocol(config=config, server_state=ServerState(), app_state={})
        self.protocol.connection_made(self.wire)

    async def send(self, *chunks: bytes) -> None:
        """Send bytes in these pieces, and wait until every request is answered."""
        for chunk in chunks:
            self.protocol.data_received(chunk)
            await asyncio.sleep(0)
        while tasks := list(self.protocol.tasks):
            await asyncio.gather(*tasks)
        self.protocol.connection_lost(None)

    @property
    def answers(self) -> int:
        return b"".join(self.wire.packets).count(b"HTTP/1.1 204")


@pytest.fixture
async def connection() -> Connection:
    return Connection()


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize(
    "body", [b"content-length: 5\r\n\r\nhello", b"transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"]
)
async def test_an_offered_protocol_is_ignored_and_the_body_read(connection: Connection, size: int, body: bytes) -> None:
    data = (POST + OFFER + body) * 2 + POST + body
    await connection.send(*(data[place : place + size] for place in range(0, len(data), size)))
    assert connection.app.bodies == [b"hello"] * 3
    assert connection.answers == 3
    offered = connection.app.scopes[0]
    assert (offered["method"], offered["path"], offered["query_string"]) == ("POST", "/a", b"b=c")
    assert (b"connection", b"keep-alive") in offered["headers"]
    assert not {b"upgrade", b"http2-settings"} & {name for name, _ in offered["headers"]}


async def test_an_offer_without_a_body_ends_where_it_ends(connection: Connection) -> None:
    await connection.send(b"GET /a HTTP/1.1\r\nhost: x\r\n" + OFFER + b"\r\n" + b"GET /b HTTP/1.1\r\nhost: x\r\n\r\n")
    assert [scope["path"] for scope in connection.app.scopes] == ["/a", "/b"]
    assert connection.app.bodies == [b"", b""]


async def test_the_body_of_an_offer_is_never_a_request(connection: Connection) -> None:
    inner = b"GET /secret HTTP/1.1\r\nhost: x\r\n\r\n"
    await connection.send(POST + OFFER + b"content-length: %d\r\n\r\n" % len(inner), inner)
    assert connection.app.bodies == [inner]


async def test_a_tunnel_is_refused_and_what_follows_is_not_read(connection: Connection) -> None:
    await connection.send(b"CONNECT x:80 HTTP/1.1\r\nhost: x\r\n\r\n" + POST + b"content-length: 0\r\n\r\n")
    assert connection.wire.packets[0].startswith(b"HTTP/1.1 400")
    assert connection.wire.ended
    assert connection.app.scopes == []


async def test_a_refused_connection_is_read_on_so_that_the_refusal_is_not_reset_away(connection: Connection) -> None:
    for chunk in (b"no_leak\r\n\r\n", b"more of it", POST + b"content-length: 2\r\n\r\nhi"):
        connection.protocol.data_received(chunk)
    assert [packet[:12] for packet in connection.wire.packets] == [b"HTTP/1.1 400"]
    assert (connection.wire.ended, connection.wire.closed) == (True, False)
    assert connection.app.scopes == []


async def test_blanks_around_a_value_are_no_part_of_it(connection: Connection) -> None:
    await connection.send(POST + b"x-deadline-ms: \t 500 \t\r\ncontent-length: 2 \r\nconnection: x, Close \r\n\r\nhi")
    assert (b"x-deadline-ms", b"500") in connection.app.scopes[0]["headers"]
    assert (b"content-length", b"2") in connection.app.scopes[0]["headers"]
    assert connection.app.bodies == [b"hi"]
    assert connection.wire.closed


async def test_trailers_are_no_headers(connection: Connection) -> None:
    await connection.send(POST + b"transfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nx-api-key: stolen\r\n\r\n")
    assert connection.app.bodies == [b"hi"]
    assert b"x-api-key" not in {name for name, _ in connection.app.scopes[0]["headers"]}


async def test_an_address_with_a_fragment_is_refused_since_labels_behind_it_would_be_lost(
    connection: Connection,
) -> None:
    await connection.send(b"POST /a#?captured_at=x HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nhi")
    assert connection.wire.packets[0].startswith(b"HTTP/1.1 400")
    assert b"write %23" in b"".join(connection.wire.packets)
    assert connection.wire.ended
    assert connection.app.scopes == []


async def test_a_request_of_http_1_1_that_names_no_host_is_refused(connection: Connection) -> None:
    await connection.send(b"POST /a HTTP/1.1\r\ncontent-length: 2\r\n\r\nhi")
    assert connection.app.scopes == []
    assert b"".join(connection.wire.packets).startswith(b"HTTP/1.1 400 ")
    assert b"Host" in b"".join(connection.wire.packets)


async def test_http_1_0_knows_no_host(connection: Connection) -> None:
    await connection.send(b"POST /a HTTP/1.0\r\ncontent-length: 2\r\n\r\nhi")
    assert connection.app.bodies == [b"hi"]

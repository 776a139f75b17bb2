"""Reading bodies on the fast handlers: under a running limit, and multipart parts without copies on disk."""

import asyncio
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeVar

import multipart
from starlette.types import Receive, Scope

from service.contract.errors import BodyTooLarge, DeadlineExceeded, MalformedBody, MalformedField
from service.edge.arrivals import Arrival
from service.edge.middleware import WHOLE, ClientGone

T = TypeVar("T")

PARSED_AT_ONCE_BYTES = 1024 * 1024
MULTIPART = b"multipart/form-data"
SMALL_BYTES = 64 * 1024
MOST_DIGITS = 19
# Upload helpers leave characters unquoted that RFC 2045 wants quoted, such as the = of "----=_Part_1".
boundaries = re.compile(rb';\s*boundary\s*=\s*(?:"([^"]*)"|([^\s;"]*))', re.IGNORECASE).findall


class FormPart(NamedTuple):
    """One part of a multipart body."""

    name: str
    content: bytes


def address_of(scope: Scope) -> str:
    """Return the address of a caller, as the server or a trusted proxy states it."""
    return scope["client"][0] if scope.get("client") else ""


def announced_bytes(scope: Scope) -> int | None:
    """Return Content-Length, None where there is none that can be believed."""
    announced = header(scope, b"content-length")
    if announced is None or not announced.isdigit() or len(announced) > MOST_DIGITS:
        return None
    return int(announced)


def is_small(scope: Scope) -> bool:
    """Say whether the body is there, or announced to be no larger than what the server holds of a connection anyway."""
    if WHOLE in scope:
        return True
    announced = announced_bytes(scope)
    return announced is not None and announced <= SMALL_BYTES


async def read_body(
    scope: Scope, receive: Receive, limit: int, within_s: float, arrival: Arrival | None = None
) -> bytes:
    """Read the whole body, and stop at the limit whatever Content-Length says.

    ``arrival`` is its place among large bodies, which may be given to another one while nothing comes.

    Raises:
        BodyTooLarge: more than ``limit`` bytes were announced or came.
        DeadlineExceeded: it takes longer than ``within_s`` to arrive.
        ClientGone: the caller disconnected.
    """
    announced = announced_bytes(scope)
    if announced is not None and announced > limit:
        raise BodyTooLarge(f"the body has {announced} bytes, more than the {limit} allowed: send less at once")
    if WHOLE in scope:
        return await _whole(receive, limit)
    try:
        async with asyncio.timeout(within_s) as bound:
            if arrival is not None:
                arrival.begin(bound)
            return await _whole(receive, limit, arrival)
    except TimeoutError as error:
        raise DeadlineExceeded(f"the body did not arrive within {within_s:g} s: send it faster") from error


async def _whole(receive: Receive, limit: int, arrival: Arrival | None = None) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise BodyTooLarge(f"the body has more than the {limit} bytes allowed: send less at once")
        chunks.append(chunk)
        if arrival is not None:
            arrival.moved()
        if not message.get("more_body", False):
            if arrival is not None:
                arrival.arrived()
            return chunk if len(chunks) == 1 else b"".join(chunks)


async def parsed(parse: Callable[[bytes], T], body: bytes) -> T:
    """Parse a body: a small one at once, a large one in a thread, so that nobody else waits for it."""
    return parse(body) if len(body) <= PARSED_AT_ONCE_BYTES else await asyncio.to_thread(parse, body)


def header(scope: Scope, name: bytes) -> bytes | None:
    """Return the header of that lower-case name.

    Raises:
        MalformedField: it is given twice, and differently.
    """
    found: bytes | None = None
    for key, value in scope["headers"]:
        if key == name:
            if found not in {None, value}:
                raise MalformedField(f"{name.decode('ascii').title()}: given twice, give it once")
            found = value
    return found


def boundary_of(content_type: bytes | None) -> str | None:
    """Return the boundary of a multipart/form-data content type, None for any other type.

    Raises:
        MalformedBody: multipart without a boundary.
    """
    if content_type is None or content_type[: len(MULTIPART)].lower() != MULTIPART:
        return None
    given: list[bytes] = [quoted or plain for quoted, plain in boundaries(content_type)]
    if len(given) != 1 or not given[0]:
        raise MalformedBody("multipart/form-data has no boundary: let the HTTP client set the content type")
    return given[0].decode("latin-1")


def parts_of(body: bytes, boundary: str, most: int) -> Iterator[FormPart]:
    """Split a multipart body that is wholly in memory.

    Raises:
        MalformedBody: it does not follow RFC 7578.
        BodyTooLarge: more than ``most`` parts.
    """
    name = ""
    content: list[bytes] = []
    try:
        with multipart.PushMultipartParser(boundary, max_segment_count=most, max_segment_size=len(body)) as parser:
            for event in parser.parse(body):
                if isinstance(event, multipart.MultipartSegment):
                    name = event.name
                    content = []
                elif event is None:
                    yield FormPart(name, b"".join(content))
                else:
                    content.append(bytes(event))
    except multipart.ParserLimitReached as error:
        raise BodyTooLarge(f"more than {most} parts: send fewer crops at once") from error
    except multipart.MultipartError as error:
        raise MalformedBody(f"the multipart body cannot be parsed ({error}): send RFC 7578 form data") from error

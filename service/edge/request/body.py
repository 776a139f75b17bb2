"""Reading bodies on the fast handlers: under a running limit, and multipart parts without copies on disk."""

import asyncio
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import multipart
from starlette.types import Receive, Scope

from service.contract.errors import BodyTooLarge, DeadlineExceeded, MalformedBody, MalformedField
from service.edge.arrivals import Arrival
from service.edge.middleware import WHOLE, ClientGone

FIELDS = "leak_inspection.fields"
"""In the scope once a header was asked for."""

TWICE = b"given twice, and differently"

MULTIPART = b"multipart/form-data"
SMALL_BYTES = 64 * 1024
MOST_DIGITS = 19
PLAIN_ENDS = (b"--", b"--\r\n")
KEPT_HEADS, LONGEST_KEPT_HEAD = 1024, 512
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
    if WHOLE in scope:
        return await _whole(receive, limit)
    announced = announced_bytes(scope)
    if announced is not None and announced > limit:
        raise BodyTooLarge(f"the body has {announced} bytes, more than the {limit} allowed: send less at once")
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


def header(scope: Scope, name: bytes) -> bytes | None:
    """Return the header of that lower-case name.

    Raises:
        MalformedField: it is given twice, and differently.
    """
    fields: dict[bytes, bytes] | None = scope.get(FIELDS)
    if fields is None:
        fields = scope[FIELDS] = _fields_of(scope["headers"])
    value = fields.get(name)
    if value is TWICE:
        raise MalformedField(f"{name.decode('ascii').title()}: given twice, give it once")
    return value


def _fields_of(headers: Sequence[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Headers by name, for all that ask one after the other."""
    fields = dict(headers)
    if len(fields) < len(headers):
        fields |= {name: TWICE for name, value in headers if fields[name] != value}
    return fields


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


def parts_of(body: bytes, boundary: str, most: int) -> Iterable[FormPart]:
    """Split a multipart body that is wholly in memory.

    Raises:
        MalformedBody: it does not follow RFC 7578.
        BodyTooLarge: more than ``most`` parts.
    """
    delimiter = b"--" + boundary.encode()
    pieces = body.split(b"\r\n" + delimiter) if body.startswith(delimiter) and boundary.isascii() else []
    if 1 < len(pieces) <= most + 1 and pieces[-1] in PLAIN_ENDS:
        pieces[0] = pieces[0].removeprefix(delimiter)
        parts = [_plain_part(piece) for piece in pieces[:-1]]
        plain = [part for part in parts if part is not None]
        if len(plain) == len(parts):
            return plain
    return parsed_parts(body, boundary, most)


def _plain_part(piece: bytes) -> FormPart | None:
    """Take apart what lies between two delimiters; None where the whole body must be parsed to tell what it is."""
    head, blank, content = piece.partition(b"\r\n\r\n")
    name = _name_of(head) if blank else None
    return None if name is None else FormPart(name, content)


@lru_cache(KEPT_HEADS)
def _name_of(head: bytes) -> str | None:
    """Return the name of a field by the head of its part: the crops of a frame have a few different ones."""
    if len(head) > LONGEST_KEPT_HEAD or not head.startswith(b"\r\n") or b"length" in head.lower():
        return None
    try:
        (part,) = parsed_parts(b"--x" + head + b"\r\n\r\n\r\n--x--", "x", 1)
    except (MalformedBody, BodyTooLarge):
        return None
    return part.name


def parsed_parts(body: bytes, boundary: str, most: int) -> Iterator[FormPart]:
    """Split any multipart body, byte by byte; raises as ``parts_of`` does."""
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

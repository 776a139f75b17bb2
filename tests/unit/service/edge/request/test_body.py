"""Reading bodies on the fast handlers."""

import asyncio
from collections.abc import Callable, Iterable

import pytest
from starlette.types import Message, Receive

from service.contract.errors import BodyTooLarge, DeadlineExceeded, MalformedBody, MalformedField
from service.edge.middleware import ClientGone
from service.edge.request.body import (
    FormPart,
    announced_bytes,
    boundary_of,
    header,
    parsed_parts,
    parts_of,
    read_body,
)

BOUNDARY = "b"


def scope(**headers: str) -> dict[str, object]:
    """A request with these headers."""
    return {"headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]}


def sender(chunks: Iterable[bytes | None]) -> Receive:
    """Send these chunks, of which None is the caller's going away; then nothing, for ever."""
    waiting = iter(chunks)

    async def receive() -> Message:
        for chunk in waiting:
            if chunk is None:
                return {"type": "http.disconnect"}
            return {"type": "http.request", "body": chunk, "more_body": chunk != b""}
        await asyncio.Event().wait()
        raise AssertionError

    return receive


def multipart(*parts: tuple[str, bytes]) -> bytes:
    """A multipart body."""
    heads = [(f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n', data) for name, data in parts]
    return b"".join(head.encode() + data + b"\r\n" for head, data in heads) + f"--{BOUNDARY}--\r\n".encode()


async def test_chunks_are_put_together() -> None:
    assert await read_body(scope(), sender([b"ab", b"c", b""]), limit=3, within_s=5) == b"abc"


async def test_reading_stops_at_the_limit_whatever_was_announced() -> None:
    unread = [b"x" * 10, b"x" * 10, b""]
    with pytest.raises(BodyTooLarge):
        await read_body(scope(content_length="5"), sender(unread), limit=15, within_s=5)


async def test_what_announces_too_much_is_not_read_at_all() -> None:
    with pytest.raises(BodyTooLarge, match="16 bytes"):
        await read_body(scope(content_length="16"), sender([]), limit=15, within_s=5)


async def test_a_body_that_does_not_come_is_given_up() -> None:
    with pytest.raises(DeadlineExceeded):
        await read_body(scope(), sender([b"x"]), limit=15, within_s=0.01)


async def test_whoever_goes_away_gets_no_answer() -> None:
    with pytest.raises(ClientGone):
        await read_body(scope(), sender([b"x", None]), limit=15, within_s=5)


@pytest.mark.parametrize("announced", ["", "-1", "ten", "1" * 20])
def test_a_length_that_is_none_is_not_believed(announced: str) -> None:
    assert announced_bytes(scope(content_length=announced)) is None


def test_parts_come_in_their_order() -> None:
    body = multipart(("files", b"one"), ("meta", b"[]"), ("files", b""))
    assert list(parts_of(body, BOUNDARY, most=3)) == [
        FormPart("files", b"one"),
        FormPart("meta", b"[]"),
        FormPart("files", b""),
    ]


def test_too_many_parts_and_half_a_body_are_refused() -> None:
    body = multipart(("files", b"one"), ("files", b"two"))
    with pytest.raises(BodyTooLarge):
        list(parts_of(body, BOUNDARY, most=1))
    with pytest.raises(MalformedBody):
        list(parts_of(body[:-10], BOUNDARY, most=3))


NAMED = b'Content-Disposition: form-data; name="file"'
ODD_BODIES = {
    "plain": [b"--b", NAMED, b"", b"one", b"--b", NAMED, b"", b"two", b"--b--"],
    "with a last line break": [b"--b", NAMED, b"", b"one", b"--b--", b""],
    "empty": [b"--b", NAMED, b"", b"", b"--b--"],
    "blank lines in the content": [b"--b", NAMED, b"", b"", b"", b"one", b"", b"--b--"],
    "the boundary's beginning in the content": [b"--b", NAMED, b"", b"--", b"\r\n--a", b"--b--"],
    "something before": [b"before", b"--b", NAMED, b"", b"one", b"--b--"],
    "a part before the first boundary": [b"", NAMED, b"", b"one", b"--b", NAMED, b"", b"two", b"--b--"],
    "something behind": [b"--b", NAMED, b"", b"one", b"--b--", b"behind"],
    "a longer boundary in the content": [b"--b", NAMED, b"", b"one", b"--bb", b"two", b"--b--"],
    "a blank behind the boundary": [b"--b ", NAMED, b"", b"one", b"--b--"],
    "no head": [b"--b", b"", b"one", b"--b--"],
    "no name": [b"--b", b"Content-Disposition: form-data", b"", b"one", b"--b--"],
    "no form data": [b"--b", b'Content-Disposition: attachment; name="file"', b"", b"one", b"--b--"],
    "its length": [b"--b", NAMED, b"Content-Length: 3", b"", b"one", b"--b--"],
    "another length": [b"--b", NAMED, b"Content-LENGTH: 4", b"", b"one", b"--b--"],
    "a header without a colon": [b"--b", NAMED, b"--x", b"", b"one", b"--b--"],
    "a broken line": [b"--b", NAMED + b"\n\nX: y", b"", b"one", b"--b--"],
    "a line that goes on": [b"--b", NAMED, b" ; x", b"", b"one", b"--b--"],
    "nine headers": [b"--b", NAMED, *[b"X: y"] * 8, b"", b"one", b"--b--"],
    "a long head": [b"--b", NAMED, b"X: " + b"y" * 600, b"", b"one", b"--b--"],
    "nothing": [b"--b--"],
    "no end": [b"--b", NAMED, b"", b"one"],
}


@pytest.mark.parametrize("lines", ODD_BODIES.values(), ids=ODD_BODIES)
def test_parts_are_those_that_the_parser_finds_however_odd_a_body_is(lines: list[bytes]) -> None:
    def outcome(parts: Callable[[bytes, str, int], Iterable[FormPart]]) -> list[FormPart] | str:
        try:
            return list(parts(b"\r\n".join(lines), "b", 3))
        except (MalformedBody, BodyTooLarge) as error:
            return str(error)

    assert outcome(parts_of) == outcome(parsed_parts)


def test_the_boundary_is_that_of_form_data_alone() -> None:
    assert boundary_of(b"Multipart/Form-Data; boundary=abc") == "abc"
    assert boundary_of(b"image/jpeg") is None
    assert boundary_of(None) is None


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (b'"a b=c"', "a b=c"),
        (b"----=_Part_1_23.45", "----=_Part_1_23.45"),
        (b"a=b=c; charset=utf-8", "a=b=c"),
        (b"=x ; charset=utf-8", "=x"),
        (b"a/b:c?d", "a/b:c?d"),
    ],
)
def test_a_boundary_is_read_quoted_or_not(written: bytes, read: str) -> None:
    assert boundary_of(b"multipart/form-data; charset=utf-8; Boundary = " + written) == read


@pytest.mark.parametrize("options", [b"", b"; boundary", b"; boundary=", b'; boundary=""', b"; boundary=a; boundary=b"])
def test_form_data_has_one_boundary(options: bytes) -> None:
    with pytest.raises(MalformedBody, match="boundary"):
        boundary_of(b"multipart/form-data" + options)


def test_a_header_is_given_once_or_alike() -> None:
    twice = {"headers": [(b"x-deadline-ms", b"5"), (b"x-deadline-ms", b"5"), (b"content-type", b"a")]}
    assert header(twice, b"x-deadline-ms") == b"5"
    assert header(twice, b"x-other") is None
    differently = {"headers": [*twice["headers"], (b"x-deadline-ms", b"6")]}
    assert header(differently, b"content-type") == b"a"
    with pytest.raises(MalformedField, match="X-Deadline-Ms"):
        header(differently, b"x-deadline-ms")

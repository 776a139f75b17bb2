"""Reading bodies on the fast handlers."""

import asyncio
from collections.abc import Iterable

import pytest
from starlette.types import Message, Receive

from service.contract.errors import BodyTooLarge, DeadlineExceeded, MalformedBody, MalformedField
from service.edge.middleware import ClientGone
from service.edge.request.body import FormPart, announced_bytes, boundary_of, header, parts_of, read_body

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
    twice["headers"].append((b"x-deadline-ms", b"6"))
    with pytest.raises(MalformedField, match="X-Deadline-Ms"):
        header(twice, b"x-deadline-ms")

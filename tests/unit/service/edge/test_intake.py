"""The way in of pictures: who may not come is told before anything of theirs is read, and no place is lost."""

import asyncio
from threading import current_thread, main_thread

import pytest
from starlette.types import Message, Receive, Scope

from service.contract.errors import (
    BodyTooLarge,
    Forbidden,
    LeakInspectionError,
    MalformedBody,
    MalformedField,
    NotFound,
    Overloaded,
)
from service.edge.access import Access, Role
from service.edge.admission import Admission
from service.edge.arrivals import Arrivals
from service.edge.intake import READ_AT_ONCE_BYTES, Intake, Sent
from service.edge.request.labels import Labels
from service.edge.sessions import Sessions

KEY = "operator-key-0123456789"
LIMIT = 4 * READ_AT_ONCE_BYTES


def intake(places: int = 1, keys: dict[str, Role] | None = None, role: Role = Role.CAMERA) -> Intake:
    return Intake(role, Access(keys or {}, Sessions(b"secret")), Arrivals(places), Admission(places), LIMIT, 5.0)


def scope(query: bytes = b"", **headers: str) -> Scope:
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"query_string": query, "headers": named, "client": ("192.0.2.1", 5)}


async def never() -> Message:
    raise AssertionError("the body was read")


async def echoed(sent: Sent, deadline: float) -> tuple[Sent, float]:
    return sent, deadline


def as_sent(sent: Sent) -> Sent:
    return sent


def whole(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def test_body_labels_and_deadline_arrive_together() -> None:
    sent, deadline = await intake().judged(scope(b"camera_id=c1", x_deadline_ms="100"), whole(b"x"), as_sent, echoed)
    assert (sent.body, sent.labels.camera_id) == (b"x", "c1")
    assert 0 < deadline - sent.arrived <= 0.1


async def test_a_deadline_that_is_no_number_is_told_before_the_body_is_read() -> None:
    with pytest.raises(MalformedField, match="X-Deadline-Ms"):
        await intake().judged(scope(x_deadline_ms="soon"), never, as_sent, echoed)


@pytest.mark.parametrize(
    ("query", "headers", "keys", "error"),
    [
        (b"", {"x_api_key": KEY}, {KEY: Role.CAMERA}, Forbidden),
        (b"camera_id=%20", {}, {}, MalformedField),
        (b"camera_id=elsewhere", {}, {}, NotFound),
        (b"", {"content_length": str(LIMIT + 1)}, {}, BodyTooLarge),
    ],
)
async def test_who_is_refused_is_refused_before_the_body_is_read(
    query: bytes, headers: dict[str, str], keys: dict[str, Role], error: type[LeakInspectionError]
) -> None:
    def allow(labels: Labels) -> None:
        if labels.camera_id == "elsewhere":
            raise NotFound("no such camera")

    way = intake(keys=keys, role=Role.OPERATOR)
    with pytest.raises(error):
        await way.judged(scope(query, **headers), never, as_sent, echoed, allow)


@pytest.mark.parametrize("fails", ["read", "judge", "digest"])
async def test_a_failure_gives_its_place_back(fails: str) -> None:
    def read(sent: Sent) -> Sent:
        if fails == "read":
            raise MalformedBody("not this")
        return sent

    async def judge(_: Sent, __: float) -> None:
        raise MalformedBody("not this either")

    way = intake()
    named = scope(content_digest="sha-256=:AAAA:") if fails == "digest" else scope()
    for _ in range(3):
        with pytest.raises(MalformedBody):
            await way.judged(named, whole(b"x"), read, judge)
    assert (await way.judged(scope(), whole(b"x"), as_sent, echoed))[0].body == b"x"


async def test_who_finds_no_place_is_refused_while_another_is_judged() -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def slow(_: Sent, __: float) -> None:
        begun.set()
        await may_end.wait()

    way = intake()
    first = asyncio.ensure_future(way.judged(scope(), whole(b"x"), as_sent, slow))
    await begun.wait()
    with pytest.raises(Overloaded):
        await way.judged(scope(), never, as_sent, echoed)
    may_end.set()
    await first
    await way.judged(scope(), whole(b"x"), as_sent, echoed)


@pytest.mark.parametrize(("size", "beside"), [(1, False), (READ_AT_ONCE_BYTES + 1, True)])
async def test_only_a_large_body_is_read_in_a_thread(size: int, beside: bool) -> None:
    def read(_: Sent) -> bool:
        return current_thread() is not main_thread()

    async def told(found: bool, _: float) -> bool:
        return found

    assert await intake().judged(scope(), whole(bytes(size)), read, told) is beside

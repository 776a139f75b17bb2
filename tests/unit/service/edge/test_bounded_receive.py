"""The body of a request, bounded in bytes and in time."""

import asyncio
from collections.abc import Iterator

import pytest
from starlette.exceptions import HTTPException
from starlette.types import Message

from service.edge import bounded_receive
from service.edge.bounded_receive import MOST_BYTES, BoundedReceive


def chunks(*sizes: int) -> Iterator[Message]:
    """Messages of a body that goes on."""
    return iter([{"type": "http.request", "body": b"x" * size, "more_body": True} for size in sizes])


async def test_a_body_passes_up_to_the_bound_and_no_further() -> None:
    messages = chunks(MOST_BYTES - 1, 1, 1)

    async def receive() -> Message:
        return next(messages)

    take = BoundedReceive(receive)
    assert len((await take())["body"]) == MOST_BYTES - 1
    assert len((await take())["body"]) == 1
    with pytest.raises(HTTPException) as refused:
        await take()
    assert refused.value.status_code == 413


async def test_a_body_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_receive, "LONGEST_S", 0.01)

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    with pytest.raises(HTTPException) as refused:
        await BoundedReceive(receive)()
    assert refused.value.status_code == 408


async def test_after_the_body_the_callers_end_may_take_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_receive, "LONGEST_S", 0.01)
    gone = asyncio.Event()

    async def receive() -> Message:
        if not whole:
            whole.append(True)
            return {"type": "http.request", "body": b"", "more_body": False}
        await gone.wait()
        return {"type": "http.disconnect"}

    whole: list[bool] = []
    take = BoundedReceive(receive)
    await take()
    waiting = asyncio.create_task(take())
    await asyncio.sleep(0.05)
    gone.set()
    assert (await waiting)["type"] == "http.disconnect"

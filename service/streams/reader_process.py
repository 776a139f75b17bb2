"""A reader's process as the service sees it: frames, or why there are none any more."""

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from service.streams.order import Head, Order

NextFrame = Callable[[], Awaitable[tuple[Head, bytes]]]
"""Waits for a frame; raises ``StreamEnded``."""

CHUNK_BYTES = 1024 * 1024
PATIENCE_S = 0.2
"""In which a reader that has nothing to do any more ends by itself."""


class StreamEnded(Exception):
    """A stream gives no more frames; the text says why, and holds neither address nor password.

    Args:
        why: one sentence.
        head: the last counts of the reader, where it could say them.
    """

    def __init__(self, why: str, head: Head | None = None) -> None:
        super().__init__(why)
        self.head = head


@asynccontextmanager
async def reading(order: Order) -> AsyncIterator[NextFrame]:
    """Start a reader and end it, whatever happens; what its libraries print is lost, it may hold the password."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "service.streams.reader", stdin=PIPE, stdout=PIPE, stderr=DEVNULL, limit=CHUNK_BYTES
    )
    try:
        _to(process).write(json.dumps(order).encode() + b"\n")

        async def frame() -> tuple[Head, bytes]:
            return await _frame(process, order.max_bytes)

        yield frame
    finally:
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE_S):
                    _to(process).close()
                    await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
        await process.wait()


def _to(process: Process) -> asyncio.StreamWriter:
    if process.stdin is None:
        raise StreamEnded("the reader cannot be started")
    return process.stdin


async def _frame(process: Process, max_bytes: int) -> tuple[Head, bytes]:
    _to(process).write(b"+")
    if process.stdout is None:
        raise StreamEnded("the reader cannot be started")
    try:
        head = Head(*json.loads(await process.stdout.readline()))
        file = await process.stdout.readexactly(head.size) if head.size <= max_bytes else b""
    except (ValueError, TypeError, OSError, asyncio.IncompleteReadError):
        raise StreamEnded(
            "the reader has ended: see that leak-inspection has the extra of the source, streams or gige"
        ) from None
    if head.ended is not None or not file:
        raise StreamEnded(head.ended or "a picture is too large", head)
    return head, file

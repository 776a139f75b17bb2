"""Waiting for what no event announces."""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

PATIENCE_S = 100.0
"""Longer than any wait on a busy machine; nothing is slower for it but a failure."""

T = TypeVar("T")


async def eventually(condition: Callable[[], bool]) -> None:
    """Look again and again until a condition holds."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110  # threads and other processes set no event of ours
            await asyncio.sleep(0.005)


def until(read: Callable[[], T], seen: Callable[[T], object] = bool, patience_s: float = PATIENCE_S) -> T:
    """Read again and again until it is as wanted, and return that."""
    ends = time.monotonic() + patience_s
    while not seen(found := read()):
        assert time.monotonic() < ends, found
        time.sleep(0.01)
    return found

"""Waiting for what no event announces."""

import asyncio
from collections.abc import Callable

PATIENCE_S = 30.0


async def eventually(condition: Callable[[], bool]) -> None:
    """Look again and again until a condition holds."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110  # threads and other processes set no event of ours
            await asyncio.sleep(0.005)

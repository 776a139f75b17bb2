"""BoundedReceive: the body of a request that the web framework reads, bounded in bytes and in time."""

import asyncio

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

MOST_BYTES = 64 * 1024
LONGEST_S = 5.0


class BoundedReceive:
    """Receives for one request; the framework by itself would read on for ever, even for callers without a key."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._size = 0
        self._more = True
        self._until: float | None = None

    async def __call__(self) -> Message:
        """Return the next message; once the body is whole there is no bound, since only the caller's end can come.

        Raises:
            HTTPException: 413 or 408.
        """
        if not self._more:
            return await self._receive()
        if self._until is None:
            self._until = asyncio.get_running_loop().time() + LONGEST_S
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError as error:
            raise HTTPException(408, f"the body did not arrive within {LONGEST_S:g} s: send it faster") from error
        self._more = message.get("more_body", False)
        self._size += len(message.get("body", b""))
        if self._size > MOST_BYTES:
            raise HTTPException(413, f"the body has more than the {MOST_BYTES} bytes allowed: send less at once")
        return message

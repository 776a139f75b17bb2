"""The newest entries in memory, for who watches the record live."""

import asyncio
from collections import deque
from collections.abc import Iterable
from itertools import takewhile

from service.contract.journal_entry import Recorded


class Tail:
    """A ring of the entries written last; watchers hold a place in it, not a queue, so slow ones cost nothing."""

    def __init__(self, capacity: int) -> None:
        self._ring: deque[Recorded] = deque(maxlen=capacity)
        self._news = asyncio.Event()
        self.ended = False

    @property
    def last_sequence(self) -> int:
        """The sequence of the newest entry, 0 where there is none."""
        return self._ring[-1].sequence if self._ring else 0

    def extend(self, recorded: Iterable[Recorded]) -> None:
        """Add entries in order, before ``announce``."""
        self._ring.extend(recorded)

    def announce(self) -> None:
        """Wake who waits for news."""
        news, self._news = self._news, asyncio.Event()
        news.set()

    def end(self) -> None:
        """Let every watcher finish."""
        self.ended = True
        self.announce()

    def after(self, sequence: int) -> list[Recorded] | None:
        """Return what is newer, in order; None where some of that has left the ring."""
        if sequence >= self.last_sequence:
            return []
        if self._ring[0].sequence > sequence + 1:
            return None
        newer = list(takewhile(lambda recorded: recorded.sequence > sequence, reversed(self._ring)))
        newer.reverse()
        return newer

    def all(self) -> list[Recorded]:
        """Return the whole ring."""
        return list(self._ring)

    async def news(self, sequence: int) -> bool:
        """Wait until there is something newer; False at the end."""
        while sequence >= self.last_sequence and not self.ended:
            await self._news.wait()
        return not self.ended

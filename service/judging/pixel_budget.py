"""The budget of pixels in flight: what is decoded at the same time bounds the memory, not what is sent."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from service.contract.errors import DeadlineExceeded


class PixelBudget:
    """Pixels that may be decoded at once, by all threads together; what costs more than all of them waits for all."""

    def __init__(self, pixels: int) -> None:
        self._pixels = pixels
        self._taken = 0
        self._given_back = threading.Condition()

    @contextmanager
    def taken(self, pixels: int, deadline: float) -> Iterator[None]:
        """Hold so many pixels, once they are free.

        Raises:
            DeadlineExceeded: they are not by the deadline, which is on the clock of ``time.perf_counter``.
        """
        share = min(pixels, self._pixels)
        with self._given_back:
            wait_s = min(max(0.0, deadline - perf_counter()), threading.TIMEOUT_MAX)
            if not self._given_back.wait_for(lambda: self._taken + share <= self._pixels, wait_s):
                raise DeadlineExceeded("too many large pictures came before this one: send a fresh picture")
            self._taken += share
        try:
            yield
        finally:
            with self._given_back:
                self._taken -= share
                self._given_back.notify_all()

"""The watchdog: a process that can answer nobody any more ends, so that it is started again."""

import asyncio
import threading
from collections.abc import Callable

LOOKS_IN_LIMIT = 4


class Watchdog(threading.Thread):
    """Calls ``end`` when the event loop, or an inference, has stood still for longer than ``stuck_after_s``.

    Orchestrators restart what has ended and leave alone what merely hangs. What was acknowledged as leak or unknown
    is on disk by then, and the journal's own thread goes on writing the rest.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        stuck_after_s: float,
        inference_s: Callable[[], float],
        end: Callable[[str], None],
    ) -> None:
        super().__init__(name="watchdog", daemon=True)
        self._loop = loop
        self._stuck_after_s = stuck_after_s
        self._inference_s = inference_s
        self._end = end
        self._closed = threading.Event()

    def close(self) -> None:
        self._closed.set()

    def run(self) -> None:
        """Ask the loop for a sign of life, again and again."""
        while not self._closed.wait(self._stuck_after_s / LOOKS_IN_LIMIT):
            turned = threading.Event()
            try:
                self._loop.call_soon_threadsafe(turned.set)
            except RuntimeError:  # the loop is closed: the service has stopped
                return
            if not turned.wait(self._stuck_after_s) and not self._closed.is_set():
                self._end(f"the event loop has stood still for {self._stuck_after_s:g} s")
            if self._inference_s() > self._stuck_after_s:
                self._end(f"an inference has hung for {self._stuck_after_s:g} s")

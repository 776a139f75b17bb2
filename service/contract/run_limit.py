"""The limit of one inference: between two nodes of a graph onnxruntime looks whether it is to stop."""

import itertools
import math
import threading
from time import monotonic

import onnxruntime as ort

LOOKS_IN_LIMIT = 10


class RunLimit:
    """Ends inferences that take longer than ``limit_s``; a thread of its own looks after them once it is started.

    An ended inference raises in the thread that runs it. A single node that hangs cannot be ended; ``longest_s``
    tells of it.
    """

    def __init__(self, limit_s: float = math.inf) -> None:
        self._limit_s = limit_s
        self._running: dict[int, tuple[float, ort.RunOptions | None]] = {}
        self._numbers = itertools.count()
        self._closed = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._watch, name="run-limit", daemon=True).start()

    def close(self) -> None:
        self._closed.set()

    def begin(self, options: ort.RunOptions | None = None) -> int:
        """Note that an inference begins, or without ``options`` decoding, which cannot be ended; returns its number."""
        number = next(self._numbers)
        self._running[number] = (monotonic(), options)
        return number

    def end(self, number: int) -> None:
        """Note that an inference has ended, in whatever way."""
        del self._running[number]

    def longest_s(self) -> float:
        """Return for how long the oldest running inference has been running, 0 where none is."""
        now = monotonic()
        return max((now - started for started, _ in list(self._running.values())), default=0.0)

    def _watch(self) -> None:
        while not self._closed.wait(self._limit_s / LOOKS_IN_LIMIT):
            latest = monotonic() - self._limit_s
            for started, options in list(self._running.values()):
                if started < latest and options is not None:
                    options.terminate = True

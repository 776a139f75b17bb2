"""What C libraries print on standard error, such as libpng's complaints about a picture, as lines of the log."""

import logging
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

STANDARD_ERROR: Final = 2
LONGEST_LINE: Final = 1000
JOIN_S: Final = 5.0

logger = logging.getLogger("native")


@contextmanager
def logged_native_output() -> Iterator[None]:
    """Let whatever is written on standard error past the log become lines of the log.

    A pipe takes the place of standard error and a thread reads it; the log itself goes on writing where it did. The
    pipe never blocks a writer, who may hold the interpreter: what does not fit is lost.
    """
    kept = os.dup(STANDARD_ERROR)
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    os.dup2(writer, STANDARD_ERROR)
    os.close(writer)
    with os.fdopen(kept, "w", encoding="utf-8", buffering=1) as log:
        streams = [
            (handler, handler.setStream(log))
            for handler in logging.getLogger().handlers
            if isinstance(handler, logging.StreamHandler) and handler.stream is sys.stderr
        ]
        thread = threading.Thread(target=_read, args=(reader,), name="native-output", daemon=True)
        thread.start()
        try:
            yield
        finally:
            os.dup2(kept, STANDARD_ERROR)  # the last writing end is closed, and the thread ends
            thread.join(JOIN_S)
            for handler, stream in streams:
                handler.setStream(stream)


def _read(reader: int) -> None:
    with os.fdopen(reader, encoding="utf-8", errors="replace") as lines:
        while line := lines.readline(LONGEST_LINE):
            if line.strip():
                logger.warning("%s", line.rstrip())

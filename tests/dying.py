"""Jobs that end their process, or never end: for tests of pools and clusters, whose workers import them."""

import os
import signal
import threading
from pathlib import Path


def read_or_die(path: Path, marks: Path, times: int) -> bytes:
    """Read a file, but kill this process, so many times in all; each leaves a mark."""
    for number in range(times):
        try:
            (marks / str(number)).touch(exist_ok=False)
        except FileExistsError:
            continue
        os.kill(os.getpid(), signal.SIGKILL)
    return path.read_bytes()


def stay(mark: Path) -> None:
    """Write this process's number, and go on for ever."""
    mark.write_text(str(os.getpid()))
    threading.Event().wait()


def always_die() -> None:
    """Kill this process."""
    os.kill(os.getpid(), signal.SIGKILL)

"""GigE Vision cameras of loopback; they know one port, so that one process of tests at a time has them."""

import fcntl
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from viva_genicam import discover

from tests.eventually import until

ADDRESS = "127.0.0.1"
ARAVIS = "arv-fake-gv-camera-0.8"
SIZE = 512
"""Width and height of what Aravis' camera shows: stripes at 45 degrees."""

needs_aravis = pytest.mark.skipif(shutil.which(ARAVIS) is None, reason="needs aravis-tools: make system-packages")


@contextmanager
def gige_port() -> Iterator[None]:
    """Wait until no other test has a camera."""
    with (Path(tempfile.gettempdir()) / "leak-inspection-tests-gige.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class AravisCamera:
    """The camera that Aravis brings; of a thousand packets so many are never sent."""

    def __init__(self, lost: int = 0) -> None:
        command = [ARAVIS, "-i", ADDRESS, "-r", str(lost)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(lambda: any(device.ip == ADDRESS for device in discover(timeout_ms=100, all=True)))

    def stall(self) -> None:
        """Answer nothing and send nothing."""
        self._process.send_signal(signal.SIGSTOP)

    def close(self) -> None:
        self._process.kill()
        self._process.wait()

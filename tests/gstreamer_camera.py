"""A camera that others made: GStreamer's RTSP server of Debian, as a process that can be stopped and killed."""

import shutil
import signal
import subprocess
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import pytest

PYTHON = "/usr/bin/python3"
PROGRAM = Path(__file__).parent / "foreign_cameras" / "gstreamer_rtsp.py"
PROBE = 'import gi; gi.require_version("GstRtspServer", "1.0"); gi.require_version("Gst", "1.0")'
MISSING = "needs GStreamer's RTSP server: make system-packages"


def has_gstreamer() -> bool:
    if shutil.which(PYTHON) is None:
        return False
    return subprocess.run([PYTHON, "-c", PROBE], capture_output=True, check=False).returncode == 0


needs_gstreamer = pytest.mark.skipif(not has_gstreamer(), reason=MISSING)


class GstreamerCamera:
    """Plays JPEG files at ``rtsp://127.0.0.1:PORT/live``, again and again.

    Args:
        folder: for the files.
        files: in their order, a hundred at most.
        port: to listen on.
        rate: pictures a second.
        form: ``h264`` or ``mjpeg``.
        credentials: ``user:password``, or nothing where anybody may look.
    """

    def __init__(
        self, folder: Path, files: Sequence[bytes], port: int, rate: float, form: str = "h264", credentials: str = ""
    ) -> None:
        self.port = port
        for number, file in enumerate(files):
            (folder / f"{number:02d}.jpg").write_bytes(file)
        exact = Fraction(rate)
        pace = f"{exact.numerator}/{exact.denominator}"
        command = [PYTHON, str(PROGRAM), str(port), str(folder), pace, form, credentials]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"

    def stall(self) -> None:
        """Keep the connections and send nothing."""
        self._process.send_signal(signal.SIGSTOP)

    def close(self) -> None:
        """Switch it off in the midst of its work."""
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

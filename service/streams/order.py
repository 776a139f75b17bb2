"""What goes to a reader when it starts, and comes from it before each frame."""

from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlsplit, urlunsplit

from service.contract.errors import SetupError
from service.monitoring.camera_source import CameraSource

MOST_CREDENTIALS = 1024


class Order(NamedTuple):
    """What to read, within which bounds: frames with more pixels, or files with more bytes, are not handed over.

    ``address`` holds the password, so an order never goes into a log; ``transport`` is that of RTSP.
    """

    address: str
    frames_per_second: float
    max_pixels: int
    max_bytes: int
    transport: str = "tcp"


class Head(NamedTuple):
    """What a reader says before the bytes of a frame.

    Counts are of this reader since its start; ``arrived`` is on the clock of ``time.perf_counter``.

    ``ended`` says why there is no frame and will be none; ``lost`` counts gaps in what the network brought, and
    ``captured`` is when the frame was taken by the camera's own clock, in Unix seconds, where it says so.
    """

    frames: int
    dropped: int
    errors: int
    arrived: float
    size: int
    ended: str | None = None
    lost: int = 0
    captured: float | None = None


def order_of(source: CameraSource, interval_s: float, folder: Path, max_pixels: int, max_bytes: int) -> Order:
    """Say what to read; the file of credentials is read each time, so that a new password needs no restart.

    Args:
        source: of the camera.
        interval_s: between two frames, where the source states no rate.
        folder: that of the cameras file.
        max_pixels: of a frame.
        max_bytes: of a frame's file.

    Raises:
        SetupError: the credentials cannot be read; the text holds none of them.
    """
    rate = source.frames_per_second or 1 / interval_s
    return Order(_address(source, folder), rate, max_pixels, max_bytes, source.transport)


def _address(source: CameraSource, folder: Path) -> str:
    parts = urlsplit(source.url)
    if parts.scheme == "file":
        return f"file:{folder.absolute() / source.url.removeprefix('file:')}"
    if source.credentials_file is None:
        return source.url
    user, password = _credentials(folder / source.credentials_file)
    return urlunsplit(parts._replace(netloc=f"{quote(user, safe='')}:{quote(password, safe='')}@{parts.netloc}"))


def _credentials(path: Path) -> tuple[str, str]:
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(MOST_CREDENTIALS).strip()
    except (OSError, UnicodeDecodeError):
        raise SetupError(f"the credentials file {path} cannot be read") from None
    user, colon, password = text.partition(":")
    if not colon or not user or "\n" in text:
        raise SetupError(f"the credentials file {path} must hold user:password in one line")
    return user, password

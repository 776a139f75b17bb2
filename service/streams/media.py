"""Streams and films that FFmpeg reads: MJPEG over HTTP, RTSP, files. Runs in the reader's process, with PyAV."""

import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic, perf_counter, sleep

import av
from av import Packet, VideoStream
from av.container import InputContainer
from av.error import ExitError, FFmpegError, HTTPForbiddenError, HTTPNotFoundError, HTTPUnauthorizedError

from service.streams.newest import SILENT, TIMEOUT_S, ArrivedFrame, Newest
from service.streams.order import Order
from service.streams.pictures import StillPictures, StreamPicture, VideoPictures

LIVE = {"analyzeduration": "0", "probesize": "32"}
WHY: dict[type[Exception], str] = {
    HTTPUnauthorizedError: "the camera refuses user and password (401): correct the credentials file",
    HTTPForbiddenError: "the camera refuses the access (403): give the user the right to read the stream",
    HTTPNotFoundError: "the camera knows no such stream (404): correct the path of the url",
    ConnectionRefusedError: "the camera refuses the connection: correct host and port, or start it",
    FileNotFoundError: "there is no such file: correct the url",
    ExitError: SILENT,
}
ENDED = "the stream ended"
CAPTURED = "prft"
"""Side data of a packet: microseconds of Unix time and flags, from the last RTCP report of the sender."""


def read_media(order: Order, newest: Newest) -> str:
    """Put the frames of a stream until it ends; return why, without address and password."""
    try:
        with complaints() as complained, _opened(order) as container:
            _read_on(container, order, newest, complained)
    except FFmpegError as error:
        return next((text for kind, text in WHY.items() if isinstance(error, kind)), _plain(error))
    return ENDED


def _plain(error: FFmpegError) -> str:
    """What FFmpeg says of the kind of an error; its whole text holds the address with the password."""
    return ENDED if isinstance(error, EOFError) else f"{type(error).__name__}: {error.strerror}"


def _opened(order: Order) -> InputContainer:
    scheme = order.address.partition(":")[0]
    if scheme == "file":
        return av.open(order.address, options={"protocol_whitelist": "file"})
    rtsp = scheme.startswith("rtsp")  # and nothing that would open further addresses
    options = LIVE | {"rtsp_transport": order.transport} if rtsp else {}
    form = "rtsp" if rtsp else "mpjpeg"
    return av.open(order.address, format=form, options=options, timeout=(TIMEOUT_S, TIMEOUT_S))


@contextmanager
def complaints() -> Iterator[Callable[[], bool]]:
    """Listen to FFmpeg, whose log alone tells of packets of RTP that are missing; nothing of it goes anywhere else."""
    av.logging.set_level(av.logging.WARNING)
    av.logging.set_skip_repeated(False)
    capture = av.logging.Capture(local=False)
    with capture as logs:

        def complained() -> bool:
            found = any(_is_complaint(log) for log in logs)
            logs.clear()
            return found

        yield complained


def _is_complaint(log: tuple[int, str, str]) -> bool:
    level, name, text = log
    return level <= av.logging.ERROR or (name == "rtsp" and text.startswith("RTP: missed"))


def _read_on(container: InputContainer, order: Order, newest: Newest, complained: Callable[[], bool]) -> None:
    stream = container.streams.video[0]
    still = stream.codec_context.name == "mjpeg"
    pictures = StillPictures() if still else VideoPictures(stream, order.max_pixels, complained)
    is_film = order.address.startswith("file:")
    began = monotonic()
    for packet in container.demux(stream):
        if is_film and packet.pts is not None and packet.time_base is not None:
            sleep(max(0.0, began + float((packet.pts - (stream.start_time or 0)) * packet.time_base) - monotonic()))
        arrived = perf_counter()
        picture = pictures.of(packet)
        newest.errors, newest.lost = pictures.errors, pictures.lost
        if picture is not None:
            newest.put(ArrivedFrame(arrived, picture.file, _captured(packet, picture)))


def _captured(packet: "Packet[VideoStream]", picture: StreamPicture) -> float | None:
    """When the camera took a picture, in Unix seconds by its own clock, once a report of the sender has told."""
    told = [bytes(data) for data in packet.iter_sidedata() if data.data_type == CAPTURED]
    if not told or packet.pts is None or picture.pts is None or packet.time_base is None:
        return None
    (microseconds,) = struct.unpack_from("<q", told[0])
    return float(microseconds / 1e6 + (picture.pts - packet.pts) * packet.time_base)

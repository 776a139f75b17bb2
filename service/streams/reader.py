"""The reader of one stream, as a process: ``python -m service.streams.reader``.

Standard input brings an ``Order`` as a line of JSON, then a byte for each frame that is wanted; standard output takes
a ``Head`` as a line of JSON and the frame's file behind it. The process ends with its stream, after a head that says
why, or with its standard input.
"""

import json
import os
import sys
import threading
from time import monotonic, perf_counter, sleep
from typing import BinaryIO

import av
from av.container import InputContainer
from av.error import ExitError, FFmpegError, HTTPForbiddenError, HTTPNotFoundError, HTTPUnauthorizedError

from service.streams.head import Head
from service.streams.newest import Arrival, Newest
from service.streams.order import Order
from service.streams.pictures import StillPictures, VideoPictures

TIMEOUT_S = 2.0
LIVE = {"rtsp_transport": "tcp", "analyzeduration": "0", "probesize": "32"}
WHY: dict[type[Exception], str] = {
    HTTPUnauthorizedError: "the camera refuses user and password (401): correct the credentials file",
    HTTPForbiddenError: "the camera refuses the access (403): give the user the right to read the stream",
    HTTPNotFoundError: "the camera knows no such stream (404): correct the path of the url",
    ConnectionRefusedError: "the camera refuses the connection: correct host and port, or start it",
    FileNotFoundError: "there is no such file: correct the url",
    ExitError: f"nothing came for {TIMEOUT_S:g} s: look after camera and network",
    EOFError: "the stream ended",
}


def read(order: Order, newest: Newest) -> None:
    """Put the frames of a stream until it ends, then why; no address and no password stand there."""
    try:
        with _opened(order.address) as container:
            _read_on(container, order, newest)
        newest.end(WHY[EOFError])
    except FFmpegError as error:
        newest.end(next((text for kind, text in WHY.items() if isinstance(error, kind)), _plain(error)))
    except Exception as error:  # whatever it is, its text may hold the address
        newest.end(f"the reader failed: {type(error).__name__}")


def _plain(error: FFmpegError) -> str:
    """What FFmpeg says of the kind of an error; its whole text holds the address with the password."""
    return f"{type(error).__name__}: {error.strerror}"


def _opened(address: str) -> InputContainer:
    scheme = address.partition(":")[0]
    if scheme == "file":
        return av.open(address, options={"protocol_whitelist": "file"})
    form = "mpjpeg" if scheme.startswith("http") else "rtsp"  # and nothing that would open further addresses
    return av.open(address, format=form, options=LIVE if form == "rtsp" else {}, timeout=(TIMEOUT_S, TIMEOUT_S))


def _read_on(container: InputContainer, order: Order, newest: Newest) -> None:
    stream = container.streams.video[0]
    still = stream.codec_context.name == "mjpeg"
    pictures = StillPictures() if still else VideoPictures(stream, order.max_pixels)
    began = monotonic()
    for packet in container.demux(stream):
        if order.address.startswith("file:") and packet.pts is not None and packet.time_base is not None:
            sleep(max(0.0, began + float((packet.pts - (stream.start_time or 0)) * packet.time_base) - monotonic()))
        arrived = perf_counter()
        file = pictures.of(packet)
        newest.errors = pictures.errors
        if file is not None:
            newest.put(Arrival(arrived, file))


def hand_over(order: Order, newest: Newest, wanted: BinaryIO, out: BinaryIO) -> None:
    """Answer each byte that is wanted with the newest frame, no more often than ordered, until the stream ends."""
    due = 0.0
    while wanted.read(1):
        taken = newest.take(due)
        if isinstance(taken, str):
            _send(out, Head(newest.frames, newest.dropped, newest.errors, 0, 0, taken))
            return
        file = taken.file()
        if len(file) > order.max_bytes:
            _send(out, Head(newest.frames, newest.dropped, newest.errors, 0, 0, "a picture is too large"))
            return
        due = _next(due, taken.arrived, 1 / order.frames_per_second)
        _send(out, Head(newest.frames, newest.dropped, newest.errors, taken.arrived, len(file)), file)


def _next(due: float, arrived: float, interval_s: float) -> float:
    """Half an interval before a frame is expected, so that one a little early is not dropped for it."""
    kept_up = arrived - due <= 1.5 * interval_s
    return (due if kept_up else arrived - interval_s / 2) + interval_s


def _send(out: BinaryIO, head: Head, file: bytes = b"") -> None:
    out.write(json.dumps(head).encode() + b"\n" + file)
    out.flush()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        sleep(1.0)
    os._exit(1)


def main() -> None:
    """Read until the stream or standard input ends."""
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    order = Order(*json.loads(sys.stdin.buffer.readline()))
    newest = Newest()
    threading.Thread(target=read, args=(order, newest), daemon=True).start()
    hand_over(order, newest, sys.stdin.buffer, sys.stdout.buffer)
    os._exit(0)  # the other thread may be inside FFmpeg, which nothing interrupts


if __name__ == "__main__":
    main()

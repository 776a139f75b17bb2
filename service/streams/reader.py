"""The reader of one stream, as a process: ``python -m service.streams.reader``.

Standard input brings an ``Order`` as a line of JSON, then a byte for each frame that is wanted; standard output takes
a ``Head`` as a line of JSON and the frame's file behind it. The process ends with its stream, after a head that says
why, or with its standard input.
"""

import json
import os
import sys
import threading
from time import sleep
from typing import BinaryIO

from service.streams.newest import Newest
from service.streams.order import Head, Order


def read(order: Order, newest: Newest) -> None:
    """Put the frames of a stream until it ends, then why; no address and no password stand there."""
    try:
        if order.address.startswith("genicam:"):
            from service.streams.gige import read_gige  # noqa: PLC0415  # each brings an extra of its own

            newest.end(read_gige(order, newest))
        else:
            from service.streams.media import read_media  # noqa: PLC0415

            newest.end(read_media(order, newest))
    except Exception as error:  # whatever it is, its text may hold the address
        newest.end(f"the reader failed: {type(error).__name__}")


def hand_over(order: Order, newest: Newest, wanted: BinaryIO, out: BinaryIO) -> None:
    """Answer each byte that is wanted with the newest frame, no more often than ordered, until the stream ends."""
    due = 0.0
    while wanted.read(1):
        taken = newest.take(due)
        if isinstance(taken, str):
            _send(out, _head(newest, 0, 0, taken))
            return
        file = taken.file()
        if len(file) > order.max_bytes:
            _send(out, _head(newest, 0, 0, "a picture is too large"))
            return
        due = _next(due, taken.arrived, 1 / order.frames_per_second)
        _send(out, _head(newest, taken.arrived, len(file), captured=taken.captured), file)


def _head(newest: Newest, arrived: float, size: int, ended: str | None = None, captured: float | None = None) -> Head:
    return Head(newest.frames, newest.dropped, newest.errors, arrived, size, ended, newest.lost, captured)


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

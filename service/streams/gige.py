"""GigE Vision cameras, by viva-genicam. Runs in the reader's process, which alone imports it."""

from functools import partial
from time import perf_counter

import numpy as np
from viva_genicam import Frame, FrameStream, GigeDeviceInfo, TransportError, connect_gige, discover
from viva_genicam.errors import GenicamError

from service.contract.lossless import png_of
from service.streams.newest import SILENT, TIMEOUT_S, ArrivedFrame, Newest
from service.streams.order import Order

DISCOVERY_MS = 1000
ABSENT = "no GigE Vision camera with this address answers: correct the url, or look after camera and network"
TAKEN = "the camera cannot be opened: see that no other program controls it"
TOO_LARGE = "the frames have too many pixels: set the camera to smaller ones, or LEAK_INSPECTION_MAX_PIXELS higher"
BROKEN = "the camera broke off: look after camera and network"


def read_gige(order: Order, newest: Newest) -> str:
    """Put the frames of a camera until it breaks off; return why.

    Frames of which packets are missing are not handed over, but counted. No time of capture is given: what a camera
    states are ticks since it was switched on, and their mapping to the time of day is off by tenths of a second.
    """
    device = _found(order.address.partition(":")[2])
    if device is None:
        return ABSENT
    why = TAKEN
    try:
        with connect_gige(device) as camera:
            why = BROKEN
            with camera.stream() as frames:
                why = _read_on(frames, order, newest)
                newest.end(why)  # leaving asks the camera once more, which may take its time
    except GenicamError:
        return why
    return why


def _found(address: str) -> GigeDeviceInfo | None:
    found = discover(timeout_ms=DISCOVERY_MS, all=True)
    return next((device for device in found if device.ip == address), None)


def _read_on(frames: FrameStream, order: Order, newest: Newest) -> str:
    while True:
        try:
            frame = frames.next_frame(round(1000 * TIMEOUT_S))
        except TransportError:
            newest.lost = frames.stats().frames_lost
            return SILENT
        if frame is None:
            return BROKEN
        newest.lost = frames.stats().frames_lost
        if frame.width * frame.height > order.max_pixels:
            return TOO_LARGE
        if frame.is_complete:
            newest.put(ArrivedFrame(perf_counter(), partial(_file, frame)))


def _file(frame: Frame) -> bytes:
    return png_of(np.ascontiguousarray(frame.to_rgb8()))

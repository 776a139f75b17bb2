"""From the packets of a stream to frames: files of JPEG as they came, pictures of a video once they can be trusted.

Runs in the reader's process, which alone imports PyAV.
"""

from collections import deque
from collections.abc import Callable
from functools import partial

import numpy as np
from av import Packet, VideoFrame, VideoStream
from av.error import FFmpegError

from service.contract.lossless import png_of
from service.streams.continuity import Continuity

MOST_DELAYED = 32
"""Pictures that a decoder may hold back; H.264 allows 16."""


class StillPictures:
    """MJPEG: the bytes of each packet are a file, which the service's own strict decoder judges."""

    errors = 0

    def of(self, packet: "Packet[VideoStream]") -> Callable[[], bytes] | None:
        """Return what gives the file of a packet's picture, or None where it has none."""
        data = bytes(packet).rstrip(b"\r\n")  # which some cameras count as part of the picture
        return (lambda: data) if data else None


class VideoPictures:
    """H.264 and its like: after a loss or an error no picture is given until the next keyframe.

    Args:
        stream: that the packets are of; where its pictures do not follow in the order of their times (B-frames) the
            keyframes alone are given.
        max_pixels: of a picture; a larger one is an error.
    """

    def __init__(self, stream: VideoStream, max_pixels: int) -> None:
        self._decoder = stream.codec_context
        self._max_pixels = max_pixels
        self._continuity = Continuity()
        self._lost = True
        self._trusted: deque[int] = deque(maxlen=MOST_DELAYED)
        self.errors = 0

    def of(self, packet: "Packet[VideoStream]") -> Callable[[], bytes] | None:
        """Return what gives the file of a packet's picture, or None where it has none that can be trusted."""
        whole = self._continuity.is_whole(packet.pts, packet.is_keyframe)
        if packet.is_corrupt:
            self._lose()
            return None
        if packet.is_keyframe:
            self._lost = False
        if self._lost:
            return None
        if whole and packet.pts is not None:
            self._trusted.append(packet.pts)
        try:
            frames = self._decoder.decode(packet)
        except FFmpegError:
            self._lose()
            return None
        if any(frame.is_corrupt or frame.width * frame.height > self._max_pixels for frame in frames):
            self._lose()
            return None
        given = [frame for frame in frames if frame.pts in self._trusted]  # a decoder may give them packets later
        return partial(_file, given[-1]) if given else None

    def _lose(self) -> None:
        self.errors += 1
        self._lost = True
        self._trusted.clear()
        self._continuity.broken()
        self._decoder.flush_buffers()


def _file(frame: VideoFrame) -> bytes:
    return png_of(np.asarray(frame.to_ndarray(format="rgb24"), np.uint8))

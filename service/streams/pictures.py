"""From the packets of a stream to frames: files of JPEG as they came, pictures of a video once they can be trusted.

Runs in the reader's process, which alone imports PyAV.
"""

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from av import Packet, VideoFrame, VideoStream
from av.error import FFmpegError

from service.contract.lossless import png_of
from service.streams.continuity import Continuity

MOST_DELAYED = 32
"""Pictures that a decoder may hold back; H.264 allows 16."""

END_OF_IMAGE = b"\xff\xd9"

DOUBTFUL_PACKETS = 2
"""Behind a complaint: the gap it speaks of is in the packet it came with, or in the next."""


class StreamPicture(NamedTuple):
    """What gives the file of a picture, and the picture's time in the unit of its stream."""

    file: Callable[[], bytes]
    pts: int | None


class StillPictures:
    """MJPEG: the bytes of each packet are a file, which the service's own strict decoder judges."""

    errors = 0
    lost = 0

    def of(self, packet: "Packet[VideoStream]") -> StreamPicture | None:
        """Return the picture of a packet, or None where it has none."""
        data = bytes(packet).rstrip(b"\r\n")  # which some cameras count as part of the picture
        if data.endswith(2 * END_OF_IMAGE):  # FFmpeg adds one to what RTP brings, whether or not it has one
            data = data[: -len(END_OF_IMAGE)]
        return StreamPicture(lambda: data, packet.pts) if data else None


class VideoPictures:
    """H.264 and its like: after a loss or an error no picture is given until the next keyframe.

    Args:
        stream: that the packets are of; where its pictures do not follow in the order of their times (B-frames) the
            keyframes alone are given.
        max_pixels: of a picture; a larger one is an error.
        complained: whether FFmpeg has complained since it was asked last; of a gap in RTP nothing else may tell.
    """

    def __init__(self, stream: VideoStream, max_pixels: int, complained: Callable[[], bool] = lambda: False) -> None:
        self._decoder = stream.codec_context
        self._decoder.thread_count = 1  # with more, FFmpeg leaves missing slices empty and flags nothing
        self._max_pixels = max_pixels
        self._complained = complained
        self._continuity = Continuity()
        self._lost = True
        self._doubtful = 0
        self._complaints = 0
        self._trusted: deque[int] = deque(maxlen=MOST_DELAYED)
        self.errors = 0

    def of(self, packet: "Packet[VideoStream]") -> StreamPicture | None:
        """Return the picture of a packet, or None where it has none that can be trusted."""
        whole = self._continuity.is_whole(packet.pts, packet.is_keyframe)
        if self._complained():
            self._doubtful = DOUBTFUL_PACKETS
            self._complaints += 1
        if packet.is_corrupt or self._doubtful:
            self._doubtful = max(0, self._doubtful - 1)
            self._lose()
            return None
        if packet.is_keyframe:
            self._lost = False
        if self._lost:
            return None
        if whole and packet.pts is not None:
            self._trusted.append(packet.pts)
        frames = self._decoded(packet)
        given = [frame for frame in frames if frame.pts in self._trusted]  # a decoder may give them packets later
        return StreamPicture(partial(_file, given[-1]), given[-1].pts) if given else None

    @property
    def lost(self) -> int:
        """Gaps in the packets that came."""
        return self._complaints + self._continuity.gaps

    def _decoded(self, packet: "Packet[VideoStream]") -> list[VideoFrame]:
        try:
            frames = self._decoder.decode(packet)
        except FFmpegError:
            self._lose()
            return []
        if self._complained() or any(self._is_bad(frame) for frame in frames):
            self._lose()
            return []
        return frames

    def _is_bad(self, frame: VideoFrame) -> bool:
        return frame.is_corrupt or frame.width * frame.height > self._max_pixels

    def _lose(self) -> None:
        self.errors += not self._lost
        self._lost = True
        self._trusted.clear()
        self._continuity.broken()
        self._decoder.flush_buffers()


def _file(frame: VideoFrame) -> bytes:
    return png_of(np.asarray(frame.to_ndarray(format="rgb24"), np.uint8))

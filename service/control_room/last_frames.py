"""The last judged frame of each camera with a layout, kept as it came, made small when somebody looks."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

import cv2
import numpy as np

from service.contract.alignment.aligner import Aligner
from service.contract.crop import Crop
from service.contract.errors import NotFound, PictureError
from service.contract.picture import Pixels, decode, read_header

WIDEST = 960
"""Pixels across a frame on the board, at most."""

SPACING_S = 1.0
"""A camera's frame is made small at most once in so long, however many look."""

QUALITY = 80


@dataclass(frozen=True, slots=True)
class SmallFrame:
    """A frame as JPEG, at most ``WIDEST`` pixels wide, and when it was captured, or else received.

    Where its table was found it is moved back, so that its wells lie where the layout has them.
    """

    jpeg: bytes
    captured_at: datetime


class LastFrames:
    """Holds one frame a camera, and the small one that was last made; only of cameras that have an aligner."""

    def __init__(self, aligners: Mapping[str, Aligner], spacing_s: float = SPACING_S) -> None:
        self._aligners = aligners
        self._spacing_s = spacing_s
        self._kept: dict[str, Crop] = {}
        self._small: dict[str, tuple[Crop, float, SmallFrame]] = {}
        self._one_at_a_time = asyncio.Lock()

    def keep(self, frame: Crop) -> None:
        """Keep a frame that has been judged, unless the camera has no layout or a newer one is kept."""
        camera_id = frame.camera_id
        if camera_id is None or camera_id not in self._aligners:
            return
        before = self._kept.get(camera_id)
        if before is None or before.arrived <= frame.arrived:
            self._kept[camera_id] = frame

    async def small(self, camera_id: str) -> SmallFrame:
        """Return the last frame of a camera, made small in a thread.

        Raises:
            NotFound: the camera has no layout, or no frame of it has been judged since the service began.
        """
        aligner = self._aligners.get(camera_id)
        if aligner is None:
            raise NotFound(f"{camera_id} has no layout in the cameras file")
        if camera_id not in self._kept:
            raise NotFound(f"no frame of {camera_id} has been judged yet: post one to /v1/inspect/frame")
        async with self._one_at_a_time:
            frame = self._kept[camera_id]
            made = self._small.get(camera_id)
            if made is not None and (made[0] is frame or monotonic() - made[1] < self._spacing_s):
                return made[2]
            try:
                small = await asyncio.to_thread(_made_small, frame, aligner)
            except PictureError as error:
                raise NotFound(f"the last frame of {camera_id} cannot be shown: {error}") from error
            self._small[camera_id] = frame, monotonic(), small
            return small


def _made_small(frame: Crop, aligner: Aligner) -> SmallFrame:
    header = frame.header or read_header(frame.image)
    picture = _moved_back(decode(frame.image, header.pixels, header), aligner)  # as when judged, so within the limit
    height, width = picture.shape[:2]
    if width > WIDEST:
        size = WIDEST, max(1, round(height * WIDEST / width))
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    bgr = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    jpeg = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes()
    return SmallFrame(jpeg, frame.captured_at or frame.received_at)


def _moved_back(picture: Pixels, aligner: Aligner) -> Pixels:
    alignment = aligner.align(picture).alignment
    if alignment.problem is not None:
        return picture
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(picture, alignment.matrix, aligner.size, flags=flags), np.uint8)

"""The markers of a JPEG (ITU-T T.81 annex B): its size, and whether every scan that its pixels need is there."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from service.contract.errors import NotAPicture
from service.contract.header.header import JPEG, Header
from service.contract.header.jpeg_scans import Scan, check_scans

FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
PROGRESSIVE = frozenset((0xC2, 0xC6, 0xCA, 0xCE))
SEQUENTIAL = FRAMES - PROGRESSIVE
START_OF_SCAN, END, EXIF = 0xDA, 0xD9, 0xE1
MOST_SEGMENTS = 4096
MOST_SEGMENTS_OF_CAMERAS = 32
KEPT_FRONTS, LONGEST_FRONT = 1024, 4096
"""How many beginnings of files are remembered, and the bytes of the longest: a frame's crops have a few of 600."""

TRUNCATED = "the picture is truncated: send the whole file"

_skip_fill = re.compile(rb"\xff*").match
_scan = re.compile(rb"\xff\xda").search
_end_or_scan = re.compile(rb"\xff[\xd9\xda]").search
_next_marker = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]").search  # what follows a scan's coded data


class _Frame(NamedTuple):
    """The frame header: ``start`` is where its marker stands."""

    marker: int
    start: int
    width: int
    height: int
    components: bytes


def read(data: bytes) -> Header:
    """Read size and scans, and check that the file ends where the picture does.

    Raises:
        NotAPicture: no frame, a scan or the end is missing, or there is something behind the end.
        PictureTooLarge: more scans than a decoder is to go through.
    """
    return _of_one_scan(data) or _of_any(data)


def _of_one_scan(data: bytes) -> Header | None:
    """Read what nearly every camera sends: few segments, one scan of all components, then the end of the file."""
    scan = _scan(data) if data.endswith(b"\xff\xd9") else None
    if scan is None or scan.end() > LONGEST_FRONT:
        return None
    scan_ends = _end_or_scan(data, scan.end())
    if scan_ends is None or not scan.end() + 3 <= scan_ends.start() == len(data) - 2:
        return None
    return _of_front(data[: scan.end() + 3])


@lru_cache(KEPT_FRONTS)
def _of_front(front: bytes) -> Header | None:
    """Read what lies before the coded data, up to the number of components in the scan: a camera's is always alike."""
    position, frame, oriented = 2, 0, False
    start = len(front) - 5
    for _ in range(MOST_SEGMENTS_OF_CAMERAS):
        if position >= start:
            break
        marker = front[position + 1]
        if marker in SEQUENTIAL:
            frame = position
        elif marker == EXIF:
            oriented = True
        position += 2 + (front[position + 2] << 8) + front[position + 3]
    if not frame or position != start or frame + 10 > start or front[frame + 9] != front[-1]:
        return None
    return Header(JPEG, front[frame + 7] << 8 | front[frame + 8], front[frame + 5] << 8 | front[frame + 6], 1, oriented)


def _of_any(data: bytes) -> Header:
    frame = _frame(data)
    scans = _count_scans(data, frame)
    return Header(JPEG, frame.width, frame.height, scans, b"Exif\0" in data)


def _frame(data: bytes) -> _Frame:
    for marker, at in _segments(data, 2):
        if marker in FRAMES and at + 10 <= len(data):
            count = data[at + 9]
            components = data[at + 10 : at + 10 + 3 * count : 3]
            height, width = int.from_bytes(data[at + 5 : at + 7]), int.from_bytes(data[at + 7 : at + 9])
            return _Frame(marker, at, width, height, components)
    raise NotAPicture("the JPEG has no frame header: send the whole file")


def _count_scans(data: bytes, frame: _Frame) -> int:
    scans: list[Scan] = []
    for marker, at in _segments(data, frame.start):
        if marker == START_OF_SCAN:
            scans.append(Scan.read(data, at))
        elif marker == END:
            if data[at + 2 :].strip(b"\0"):
                raise NotAPicture("there is something behind the end of the picture: send one picture, and it alone")
            check_scans(scans, frame.components, progressive=frame.marker in PROGRESSIVE)
            return len(scans)
    raise NotAPicture(TRUNCATED)


def _segments(data: bytes, position: int) -> Iterator[tuple[int, int]]:
    """Markers and where they stand, up to the end of the picture; coded data belongs to the scan before it."""
    for _ in range(MOST_SEGMENTS):
        if data[position : position + 1] != b"\xff":
            return
        marker = data[position + 1] if position + 1 < len(data) else END
        if marker == 0xFF:  # noqa: PLR2004  # markers may be preceded by any number of 0xFF
            position = _skip_fill(data, position).end() - 1  # type: ignore[union-attr]  # one is there
            continue
        if position + 4 > len(data) and marker != END:
            return
        yield marker, position
        if marker == END:
            return
        position += 2 + int.from_bytes(data[position + 2 : position + 4])
        if marker == START_OF_SCAN:
            following = _next_marker(data, position)
            if following is None:
                return
            position = following.start()

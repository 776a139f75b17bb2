"""What a JPEG or PNG says of itself before any pixel is decoded (ITU-T T.81 annex B, PNG 3rd edition section 5)."""

import struct
from typing import NamedTuple

from service.contract.errors import NotAPicture

JPEG_START = b"\xff\xd8\xff"
JPEG_END = b"\xff\xd9"
PNG_START = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
PNG_END = b"IEND\xaeB`\x82"
FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
TRUNCATED = "the picture is truncated: send the whole file"


class Header(NamedTuple):
    """Media type and size in pixels, as the file states them (before any EXIF rotation)."""

    media_type: str
    width: int
    height: int


def read_header(data: bytes) -> Header:
    """Read the header of a JPEG or PNG and check that the file's end is there.

    Raises:
        NotAPicture: another type by content, no size in the header, or no end marker.
    """
    if data.startswith(JPEG_START):
        return _jpeg_header(data)
    if data.startswith(PNG_START):
        return _png_header(data)
    raise NotAPicture("the content is neither JPEG nor PNG: send image/jpeg or image/png")


def _jpeg_header(data: bytes) -> Header:
    if not data.endswith(JPEG_END) and data.rfind(JPEG_END) <= data.rfind(b"\xff\xda"):
        raise NotAPicture(TRUNCATED)
    position = 2
    while position + 9 <= len(data) and data[position] == 0xFF:  # noqa: PLR2004  # every marker starts with 0xFF
        marker = data[position + 1]
        if marker in FRAME_MARKERS:
            height, width = struct.unpack_from(">HH", data, position + 5)
            return _sized("image/jpeg", width, height)
        is_fill_byte = marker == 0xFF  # noqa: PLR2004  # markers may be preceded by any number of 0xFF
        position += 1 if is_fill_byte else 2 + int.from_bytes(data[position + 2 : position + 4])
    raise NotAPicture("the JPEG has no frame header: send the whole file")


def _png_header(data: bytes) -> Header:
    if PNG_END not in data:
        raise NotAPicture(TRUNCATED)
    width, height = struct.unpack_from(">II", data, len(PNG_START))
    return _sized("image/png", width, height)


def _sized(media_type: str, width: int, height: int) -> Header:
    if width == 0 or height == 0:
        raise NotAPicture("the picture's header states no size: send a whole, ordinary file")
    return Header(media_type, width, height)

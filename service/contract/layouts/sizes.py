"""Width and height of BMP, WebP and TIFF files by their headers, before anything is decoded."""

import struct
from collections.abc import Callable, Mapping
from typing import Final

WIDTH_TAG, HEIGHT_TAG, BITS_TAG = 256, 257, 258
WANTED = {WIDTH_TAG, HEIGHT_TAG, BITS_TAG}
SHORT, INLINE_SHORTS = 3, 2
MOST_TAGS = 200
Size = tuple[int, int]


def size_of(kind: str, data: bytes) -> Size:
    """Width and height; (0, 0) where the header states none."""
    try:
        return _READERS[kind](data)
    except (struct.error, IndexError):
        return 0, 0


def _bmp(data: bytes) -> Size:
    width, height = struct.unpack_from("<ii", data, 18)
    return abs(width), abs(height)


def _webp(data: bytes) -> Size:
    kind = data[12:16]
    if kind == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack_from("<HH", data, 26)
    return (width & 0x3FFF, height & 0x3FFF) if kind == b"VP8 " else (0, 0)


def _tiff(data: bytes) -> Size:
    tags = _tags(data)
    return tags.get(WIDTH_TAG, 0), tags.get(HEIGHT_TAG, 0)


def bits_of_tiff(data: bytes) -> int:
    """Bits of a channel, 1 where the file does not say."""
    try:
        return _tags(data).get(BITS_TAG, 1)
    except struct.error:
        return 1


def _tags(data: bytes) -> dict[int, int]:
    """The first value of each wanted tag of the first page."""
    order = "<" if data.startswith(b"II") else ">"
    (start,) = struct.unpack_from(f"{order}I", data, 4)
    (count,) = struct.unpack_from(f"{order}H", data, start)
    values = {}
    for place in range(min(count, MOST_TAGS)):
        tag, kind, number = struct.unpack_from(f"{order}HHI", data, start + 2 + 12 * place)
        at = start + 2 + 12 * place + 8
        if tag not in WANTED:
            continue
        if kind == SHORT and number > INLINE_SHORTS:
            (at,) = struct.unpack_from(f"{order}I", data, at)
        (values[tag],) = struct.unpack_from(f"{order}{'H' if kind == SHORT else 'I'}", data, at)
    return values


_READERS: Final[Mapping[str, Callable[[bytes], Size]]] = {"BMP": _bmp, "TIFF": _tiff, "WebP": _webp}

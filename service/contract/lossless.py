"""Pixels as a PNG without compression: whoever has the pixels gets the same bytes, so their checksum names them."""

import struct
import zlib
from typing import Final

import numpy as np

from service.contract.picture import Pixels

_START: Final = b"\x89PNG\r\n\x1a\n"
_EIGHT_BITS_RGB: Final = b"\x08\x02\x00\x00\x00"
_LARGEST_BLOCK: Final = 65_535
_ZLIB_HEAD: Final = b"\x78\x01"


def png_of(pixels: Pixels) -> bytes:
    """Encode uint8 [H, W, 3] RGB. A crop of 48 x 27 takes a hundredth of a millisecond and 4 KB.

    The data is stored in blocks as RFC 1950 and 1951 say; no compressor decides anything, so it never changes.
    """
    height, width = pixels.shape[:2]
    lines = np.zeros((height, 1 + 3 * width), np.uint8)
    lines[:, 1:] = pixels.reshape(height, 3 * width)
    size = struct.pack(">II", width, height)
    return b"".join(
        (_START, _chunk(b"IHDR", size + _EIGHT_BITS_RGB), _chunk(b"IDAT", _stored(lines.tobytes())), _chunk(b"IEND"))
    )


def _stored(data: bytes) -> bytes:
    parts = [data[start : start + _LARGEST_BLOCK] for start in range(0, len(data), _LARGEST_BLOCK)]
    blocks = [
        struct.pack("<BHH", number == len(parts), len(part), len(part) ^ 0xFFFF) + part
        for number, part in enumerate(parts, 1)
    ]
    return b"".join((_ZLIB_HEAD, *blocks, struct.pack(">I", zlib.adler32(data))))


def _chunk(kind: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

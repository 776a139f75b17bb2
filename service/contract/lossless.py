"""Pixels as a PNG without compression: equal pixels give equal bytes, so that a checksum identifies them."""

import struct
import zlib
from collections.abc import Iterator
from typing import Final

import numpy as np

from service.contract.picture import Pixels

_START: Final = b"\x89PNG\r\n\x1a\n"
_EIGHT_BITS_RGB: Final = b"\x08\x02\x00\x00\x00"
_LARGEST_BLOCK: Final = 65_535
_ZLIB_HEAD: Final = b"\x78\x01"


def png_of(pixels: Pixels) -> bytes:
    """Encode uint8 [H, W, 3] RGB, as ``pngs_of`` does."""
    return next(pngs_of(pixels[np.newaxis]))


def pngs_of(pictures: Pixels) -> Iterator[bytes]:
    """Encode uint8 [N, H, W, 3] RGB, one by one. A crop of 48 x 27 takes five microseconds and 4 KB.

    The data is stored in blocks as RFC 1950 and 1951 say; no compressor decides anything, so it never changes.
    """
    number, height, width = pictures.shape[:3]
    lines = np.zeros((number, height, 1 + 3 * width), np.uint8)
    lines[:, :, 1:] = pictures.reshape(number, height, 3 * width)
    head = _START + _chunk(b"IHDR", struct.pack(">II", width, height) + _EIGHT_BITS_RGB)
    end = _chunk(b"IEND", b"")
    for each in lines.reshape(number, -1):
        yield head + _chunk(b"IDAT", _stored(each.data)) + end


def _stored(data: memoryview) -> bytes:
    parts: list[bytes | memoryview] = [_ZLIB_HEAD]
    for start in range(0, len(data), _LARGEST_BLOCK):
        part = data[start : start + _LARGEST_BLOCK]
        last = start + _LARGEST_BLOCK >= len(data)
        parts += (struct.pack("<BHH", last, len(part), len(part) ^ 0xFFFF), part)
    return b"".join((*parts, struct.pack(">I", zlib.adler32(data))))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return b"".join((struct.pack(">I", len(data)), kind, data, struct.pack(">I", zlib.crc32(data, zlib.crc32(kind)))))

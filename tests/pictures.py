"""Encoding pictures for requests."""

import re
import struct
import zlib

import cv2
import numpy as np


def encoded(picture: np.ndarray, suffix: str = ".png") -> bytes:
    """Encode BGR or grey pixels as OpenCV does."""
    return cv2.imencode(suffix, picture)[1].tobytes()


def jpeg(picture: np.ndarray) -> bytes:
    """Encode RGB pixels."""
    return encoded(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), ".jpg")


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header promises many pixels."""

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 64)) + chunk(b"IEND", b"")


def progressive(picture: np.ndarray) -> bytes:
    """Encode RGB pixels as a JPEG of ten scans."""
    _, data = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_PROGRESSIVE, 1])
    return data.tobytes()


def starts_of_scans(data: bytes) -> list[int]:
    """Where the scans of a JPEG begin."""
    return [found.start() for found in re.finditer(rb"\xff\xda", data)]


def chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of a PNG with its checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def animated(still: np.ndarray, frame: np.ndarray) -> bytes:
    """An APNG of two equal frames; readers without animation show ``still``. RGB pixels of one size."""
    height, width = still.shape[:2]
    outer, inner = (_image_data(encoded(cv2.cvtColor(each, cv2.COLOR_RGB2BGR))) for each in (still, frame))
    frames = b"".join(
        chunk(b"fcTL", struct.pack(">IIIIIHHBB", number, width, height, 0, 0, 1, 10, 0, 0))
        + chunk(b"fdAT", struct.pack(">I", number + 1) + inner[1])
        for number in (0, 2)
    )
    control = chunk(b"acTL", struct.pack(">II", 2, 0))
    return outer[0] + control + chunk(b"IDAT", outer[1]) + frames + chunk(b"IEND", b"")


def _image_data(png: bytes) -> tuple[bytes, bytes]:
    """The signature with the header, and the compressed pixels."""
    position, pixels = 33, b""
    while position < len(png):
        length = int.from_bytes(png[position : position + 4])
        if png[position + 4 : position + 8] == b"IDAT":
            pixels += png[position + 8 : position + 8 + length]
        position += 12 + length
    return png[:33], pixels

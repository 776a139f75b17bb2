"""Encoding pictures for requests."""

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

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 64)) + chunk(b"IEND", b"")

"""Pictures of more types than the service takes, decoded for training: BMP, TIFF and WebP beside JPEG and PNG.

The service refuses these types: each decoder of a library is a door for whoever sends pictures. Owners' own data is no
such door, and training says which of its pictures the service would refuse.
"""

from typing import Final

import cv2
import numpy as np

from service.contract.errors import NotAPicture, PictureTooLarge
from service.contract.header.header import JPEG_START, PNG_START
from service.contract.layouts.sizes import bits_of_tiff, size_of
from service.contract.levels import Levels
from service.contract.picture import DEFAULT_MAX_PIXELS, Pixels, decode, from_opencv, read_header, require_size

STARTS: Final = {"BMP": (b"BM",), "TIFF": (b"II*\0", b"MM\0*"), "WebP": (b"RIFF",)}
PNG_DEPTH_AT: Final = 24
DEEP: Final = 16
COLOUR: Final = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_ANYDEPTH


def other_type(data: bytes) -> str:
    """The type by content where the service would refuse it; empty for JPEG, PNG and what is no picture."""
    if data.startswith((JPEG_START, PNG_START)):
        return ""
    return next((name for name, starts in STARTS.items() if data.startswith(starts)), "")


def decode_any(data: bytes, levels: Levels | None = None) -> Pixels:
    """Decode JPEG, PNG, BMP, TIFF or WebP into uint8 [H, W, 3] RGB; the first page of several.

    Raises:
        NotAPicture: another type, or damaged.
        PictureTooLarge: more pixels than are ever decoded.
    """
    name = other_type(data)
    if not name:
        return decode(data, levels=levels)
    _require_size(name, data)
    try:
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), COLOUR)
    except cv2.error as error:
        raise NotAPicture(f"the {name} is damaged and cannot be decoded: convert it to PNG") from error
    if picture is None or picture.dtype not in {np.dtype(np.uint8), np.dtype(np.uint16)}:
        raise NotAPicture(f"the {name} is damaged, or of another kind than 8 or 16 bits: convert it to PNG")
    return from_opencv(picture, levels)


def is_deep(data: bytes) -> bool:
    """Whether channels have 16 bits; a TIFF may."""
    if data.startswith(PNG_START):
        return data[PNG_DEPTH_AT : PNG_DEPTH_AT + 1] == bytes([DEEP])
    return other_type(data) == "TIFF" and bits_of_tiff(data) == DEEP


def brightest_value(data: bytes) -> int:
    """The highest value of a picture with 16 bits.

    Raises:
        NotAPicture: damaged.
        PictureTooLarge: more pixels than are ever decoded.
    """
    if data.startswith(PNG_START):
        require_size(read_header(data), DEFAULT_MAX_PIXELS)
    else:
        _require_size(other_type(data), data)
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), COLOUR)
    if picture is None:
        raise NotAPicture("the picture is damaged and cannot be decoded: write it again")
    return int(picture.max())


def _require_size(name: str, data: bytes) -> None:
    width, height = size_of(name, data)
    if min(width, height) < 1:
        raise NotAPicture(f"the {name} states no usable size: convert it to PNG")
    if width * height > DEFAULT_MAX_PIXELS:
        raise PictureTooLarge(f"the {name} has {width} x {height} pixels, more than {DEFAULT_MAX_PIXELS}: crop it")

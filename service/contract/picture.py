"""From bytes to a picture and on to the model's pixels; training and service both come this way.

Conversion rules: the type is judged by content; 16-bit channels are reduced to 8, by the artefact's black and white
level where it states them (``levels``), else to the upper eight; grey is repeated on three channels, CMYK is converted,
alpha is dropped, and an EXIF orientation is applied. A JPEG's pixels come from libjpeg-turbo by simplejpeg, which
refuses a file of which some had to be invented; PNG, and what has EXIF data, from OpenCV.
"""

from collections.abc import Sequence

import cv2
import cv2.typing
import numpy as np
import simplejpeg
from numpy.typing import NDArray

from service.contract.errors import NotAPicture, PictureTooLarge
from service.contract.header import jpeg as jpeg_header
from service.contract.header import png as png_header
from service.contract.header.header import JPEG_START, PNG, PNG_START, Header
from service.contract.levels import Levels
from service.contract.manifest import InputSpec, Sharpen

cv2.setNumThreads(1)  # for pictures this small OpenCV's threads cost more than they give, and take cores unasked
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # standard error is for JSON lines

Pixels = NDArray[np.uint8]

DEFAULT_MAX_PIXELS = 32_000_000
SMOOTHING = np.array([[1, 1, 1], [1, 5, 1], [1, 1, 1]], dtype=np.float32) / 13
STRONG_REDUCTION = 2.0
ORDINARY_PASSES = 12
"""As many scans as a progressive JPEG of ``max_pixels`` may have; encoders write ten."""

DAMAGED = "the picture is damaged and cannot be decoded: send it again"


def read_header(data: bytes) -> Header:
    """Read the header of a JPEG or PNG and follow the file to its end, behind which nothing but zeros may come.

    Raises:
        NotAPicture: another type by content, no size in the header, no end, something behind it, or no single picture.
        PictureTooLarge: more scans than a decoder is to go through.
    """
    if data.startswith(JPEG_START):
        header = jpeg_header.read(data)
    elif data.startswith(PNG_START):
        header = png_header.read(data)
    else:
        raise NotAPicture("the content is neither JPEG nor PNG: send image/jpeg or image/png")
    if header.width == 0 or header.height == 0:
        raise NotAPicture("the picture's header states no size: send a whole, ordinary file")
    return header


def decode(
    data: bytes,
    max_pixels: int = DEFAULT_MAX_PIXELS,
    header: Header | None = None,
    levels: Levels | None = None,
) -> Pixels:
    """Decode a JPEG or PNG into RGB.

    Args:
        data: the whole file.
        max_pixels: width x height above which nothing is decoded.
        header: of the file, where it has been read already.
        levels: of a picture with 16 bits a channel, as the artefact states them.

    Returns:
        uint8 [H, W, 3], RGB.

    Raises:
        NotAPicture: not a JPEG or PNG by content, truncated or damaged: every pixel was in the file, or none is given.
        PictureTooLarge: the header promises more than ``max_pixels``; no pixel has been allocated.
    """
    header = header or read_header(data)
    require_size(header, max_pixels)
    try:
        if header.media_type == PNG:
            return _by_opencv(data, levels if header.deep else None)
        picture: Pixels = simplejpeg.decode_jpeg(data, "RGB", strict=True)
        return _by_opencv(data) if header.oriented else picture
    except (ValueError, MemoryError) as error:
        raise NotAPicture(DAMAGED) from error


def require_size(header: Header, max_pixels: int) -> None:
    """Do nothing where a decoder's work, pixels or pixels times passes, is within bounds.

    Raises:
        PictureTooLarge: it is not.
    """
    pixels = header.pixels
    if pixels > max_pixels:
        raise PictureTooLarge(
            f"the picture has {header.width} x {header.height} pixels, more than the {max_pixels} allowed: send a crop"
        )
    if pixels * header.passes > ORDINARY_PASSES * max_pixels:
        raise PictureTooLarge(
            f"the picture has {header.width} x {header.height} pixels in {header.passes} passes: send a crop"
        )


def _by_opencv(data: bytes, levels: Levels | None = None) -> Pixels:
    kind = cv2.IMREAD_COLOR_RGB if levels is None else cv2.IMREAD_COLOR_RGB | cv2.IMREAD_ANYDEPTH
    try:
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), kind)
    except cv2.error as error:
        raise NotAPicture(DAMAGED) from error
    if picture is None:
        raise NotAPicture(DAMAGED)
    return from_opencv(picture, levels)


def from_opencv(picture: cv2.typing.MatLike, levels: Levels | None) -> Pixels:
    """Bring what OpenCV decoded, uint8 or uint16 [H, W, 3], to uint8: by the levels, or the upper eight bits."""
    if picture.dtype == np.uint8:
        return picture  # type: ignore[return-value]  # just looked at
    deep = picture.astype(np.uint16, copy=False)
    return (deep >> 8).astype(np.uint8) if levels is None else levels.to_8_bits(deep)


def to_pixels(picture: Pixels, spec: InputSpec) -> Pixels:
    """Bring a picture of any size to the model's size, by the manifest's steps and rule.

    ``linear_or_area``: area averaging where a side shrinks to half or less (bilinear would skip pixels there),
    bilinear otherwise.

    Args:
        picture: uint8 [H, W, 3], RGB.
        spec: the model's input.

    Returns:
        uint8 [spec.height, spec.width, 3], RGB.
    """
    for step in spec.steps:
        picture = sharpen(picture, step)
    height, width = picture.shape[:2]
    if (height, width) == (spec.height, spec.width):
        return picture
    reduction = max(height / spec.height, width / spec.width)
    rule = cv2.INTER_AREA if reduction >= STRONG_REDUCTION else cv2.INTER_LINEAR
    return cv2.resize(picture, (spec.width, spec.height), interpolation=rule)  # type: ignore[return-value]


def stacked(pixels: Sequence[Pixels]) -> Pixels:
    """Lay pictures of one size, which the caller vouches for, side by side: [N, H, W, 3]."""
    return np.concatenate(pixels).reshape(len(pixels), *pixels[0].shape)  # np.stack looks at each by itself


def sharpen(picture: Pixels, step: Sharpen) -> Pixels:
    """Sharpen as the manifest's step says; the outermost pixels stay as they are. uint8 [H, W, 3] in and out."""
    smooth = cv2.filter2D(picture, cv2.CV_32F, SMOOTHING)
    blend = cv2.addWeighted(picture.astype(np.float32), step.factor, smooth, 1 - step.factor, 0)
    sharp = np.clip(np.rint(blend), 0, 255).astype(np.uint8)
    result = picture.copy()
    result[1:-1, 1:-1] = sharp[1:-1, 1:-1]
    return result

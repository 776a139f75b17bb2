"""Back to 8 bits, as a camera or a decoder hands pictures on."""

import cv2
import numpy as np
from numpy.typing import NDArray

from service.contract.picture import Pixels


def to_picture(values: NDArray[np.floating]) -> Pixels:
    """Round values on the 0..255 scale and clip them to uint8, any shape."""
    picture: Pixels = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return picture


def recompressed(picture: Pixels, quality: int) -> Pixels:
    """Encode uint8 [H, W, 3] RGB as JPEG of a quality, 0..100, and decode it again."""
    _, data = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR_RGB), np.uint8)

"""Lossless pictures: every reader gets the pixels back."""

import cv2
import numpy as np
import pytest

from service.contract.lossless import png_of
from service.contract.picture import decode, read_header


@pytest.mark.parametrize(("height", "width"), [(27, 48), (1, 1), (200, 400)])
def test_the_pixels_come_back(height: int, width: int) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8)
    data = png_of(pixels)
    header = read_header(data)
    assert (header.media_type, header.width, header.height) == ("image/png", width, height)
    assert np.array_equal(decode(data), pixels)
    read = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
    assert read is not None
    assert np.array_equal(read, pixels)


def test_a_view_gives_the_bytes_of_its_copy() -> None:
    frame = np.random.default_rng(1).integers(0, 256, (90, 90, 3), dtype=np.uint8)
    assert png_of(frame[10:40, 20:70]) == png_of(frame[10:40, 20:70].copy())

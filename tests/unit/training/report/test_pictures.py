import base64

import cv2
import numpy as np

from service.contract.picture import Pixels
from training.report.pictures import coloured, data_uri, example


def read(uri: str) -> Pixels:
    png = np.frombuffer(base64.b64decode(uri.removeprefix("data:image/png;base64,")), np.uint8)
    picture = cv2.imdecode(png, cv2.IMREAD_COLOR_RGB)
    assert picture is not None
    return picture.astype(np.uint8)


def test_a_data_uri_holds_the_very_pixels_in_rgb() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (28, 48, 3), dtype=np.uint8)
    assert np.array_equal(read(data_uri(picture)), picture)


def test_the_strongest_error_is_brightest_and_none_is_black() -> None:
    error_map = np.zeros((8, 8), np.float32)
    error_map[2, 3] = 0.5
    shades = coloured(error_map).sum(axis=2)
    assert np.unravel_index(shades.argmax(), shades.shape) == (2, 3)
    assert shades[0, 0] < 30


def test_an_error_map_without_errors_is_drawn_black() -> None:
    assert coloured(np.zeros((8, 8), np.float32)).max() < 30


def test_a_reconstruction_beyond_white_is_shown_white() -> None:
    drawn = example(
        "a.jpg",
        "leak",
        0.5,
        picture=np.zeros((8, 8, 3), np.uint8),
        reconstruction=np.full((8, 8, 3), 1.2, np.float32),
        error_map=np.zeros((8, 8), np.float32),
    )
    assert read(drawn.reconstruction).min() == 255

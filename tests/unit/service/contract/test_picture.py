"""Bytes to picture to pixels."""

import re
import zlib
from contextlib import suppress

import cv2
import numpy as np
import pytest
import simplejpeg
from hypothesis import given
from hypothesis import strategies as st

from service.contract.errors import NotAPicture, PictureError, PictureTooLarge
from service.contract.manifest import InputSpec, Sharpen
from service.contract.picture import decode, read_header, sharpen, to_pixels
from tests.pictures import bomb, chunk, encoded, jpeg, progressive
from tests.wells import good_well


@pytest.mark.parametrize(("suffix", "media_type"), [(".jpg", "image/jpeg"), (".png", "image/png")])
def test_the_header_tells_type_and_size(suffix: str, media_type: str) -> None:
    assert read_header(encoded(np.zeros((27, 48, 3), np.uint8), suffix))[:3] == (media_type, 48, 27)


def test_progressive_jpeg_with_fill_bytes_is_read() -> None:
    data = progressive(good_well(1))
    filled = data[:2] + b"\xff\xff" + data[2:]
    assert read_header(filled)[1:3] == (48, 27)
    assert np.array_equal(decode(filled), decode(data))


def test_a_picture_comes_out_as_rgb() -> None:
    red = np.zeros((8, 8, 3), np.uint8)
    red[..., 2] = 255
    assert decode(encoded(red))[0, 0].tolist() == [255, 0, 0]


def test_exif_orientation_is_applied() -> None:
    data = jpeg(np.zeros((27, 48, 3), np.uint8))
    tiff = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
    segment = b"Exif\0\0" + tiff
    rotated = data[:2] + b"\xff\xe1" + (len(segment) + 2).to_bytes(2) + segment + data[2:]
    assert decode(rotated).shape == (48, 27, 3)


@pytest.mark.parametrize(
    "options",
    [
        pytest.param((), id="plain"),
        pytest.param((cv2.IMWRITE_JPEG_RST_INTERVAL, 2), id="restart markers"),
        pytest.param((cv2.IMWRITE_JPEG_PROGRESSIVE, 1), id="progressive"),
        pytest.param((cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_411), id="411"),
    ],
)
def test_a_jpeg_of_which_something_is_missing_is_no_picture(options: tuple[int, ...]) -> None:
    data = cv2.imencode(".jpg", cv2.resize(good_well(1), (112, 80)), options)[1].tobytes()
    reference = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
    assert np.array_equal(decode(data), np.asarray(reference))
    for percent in range(50, 100):
        with pytest.raises(NotAPicture):
            decode(data[: len(data) * percent // 100] + b"\xff\xd9")


def test_restart_intervals_may_not_be_missing() -> None:
    options = (cv2.IMWRITE_JPEG_RST_INTERVAL, 2)
    data = cv2.imencode(".jpg", cv2.resize(good_well(1), (112, 80)), options)[1].tobytes()
    marks = [found.start() for found in re.finditer(rb"\xff[\xd0-\xd7]", data)]
    for begin, end in ((3, 4), (3, 11)):  # one, and eight, after which the markers have the same numbers again
        with pytest.raises(NotAPicture):
            decode(data[: marks[begin]] + data[marks[end] :])


@pytest.mark.parametrize("share", [0.0, 0.6, 0.95])
def test_a_png_of_which_something_is_missing_is_no_picture(share: float) -> None:
    png = encoded(good_well(1))
    pixels = zlib.compress(b"".join(b"\0" + row.tobytes() for row in good_well(1)))
    whole = png[:33] + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    assert np.array_equal(decode(whole), good_well(1))
    cut = png[:33] + chunk(b"IDAT", pixels[: int(len(pixels) * share)]) + chunk(b"IEND", b"")
    with pytest.raises(NotAPicture):
        decode(cut)


def test_sixteen_bits_alpha_and_grey_are_read() -> None:
    well = good_well(1)
    for stored in (well.astype(np.uint16) * 257, cv2.cvtColor(well, cv2.COLOR_RGB2RGBA)):
        assert np.array_equal(decode(encoded(np.asarray(stored))), well[..., ::-1])
    grey = decode(encoded(well[..., 0]))
    assert np.array_equal(grey, np.repeat(well[..., :1], 3, axis=2))


def test_a_jpeg_of_four_inks_is_read() -> None:
    ink = np.full((16, 24, 4), 200, np.uint8)
    data = simplejpeg.encode_jpeg(ink, colorspace="CMYK", colorsubsampling="444")
    expected = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
    assert np.array_equal(decode(data), np.asarray(expected))
    with pytest.raises(NotAPicture):
        decode(data[:-20] + b"\xff\xd9")


def test_many_passes_over_many_pixels_are_refused_before_decoding() -> None:
    data = progressive(good_well(1))
    with pytest.raises(PictureTooLarge, match="13 passes"):
        decode(data, 48 * 27, read_header(data)._replace(passes=13))


def test_too_many_pixels_are_refused_before_decoding() -> None:
    with pytest.raises(PictureTooLarge, match="60000 x 60000"):
        decode(bomb(60_000, 60_000))


@given(st.binary(max_size=300), st.sampled_from([b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"]))
def test_whatever_the_bytes_only_a_picture_error_comes_out(tail: bytes, start: bytes) -> None:
    for data in (tail, start + tail, start + tail + b"IEND\xaeB`\x82", start + tail + b"\xff\xd9"):
        with pytest.raises(PictureError):
            decode(data, max_pixels=10_000)


@given(st.data())
def test_no_damage_to_a_real_file_gets_past_as_another_error(data: st.DataObject) -> None:
    content = bytearray(jpeg(good_well(1)))
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(PictureError):
        assert decode(bytes(content), max_pixels=100_000).dtype == np.uint8


@pytest.mark.parametrize("cut", [2, 20, 200, 600])
def test_every_truncation_is_told(cut: int) -> None:
    for data in (jpeg(good_well(1)), encoded(good_well(1))):
        with pytest.raises(NotAPicture):
            decode(data[:-cut])


@given(st.integers(1, 300), st.integers(1, 300))
def test_any_size_becomes_the_models_size(height: int, width: int) -> None:
    picture = np.full((height, width, 3), 77, np.uint8)
    pixels = to_pixels(picture, InputSpec(height=32, width=48, steps=(Sharpen(factor=5),)))
    assert pixels.shape == (32, 48, 3)
    assert (pixels == 77).all()


def test_strong_reduction_averages_every_pixel() -> None:
    stripes = np.zeros((320, 480, 3), np.uint8)
    stripes[:, ::2] = 200
    assert np.abs(to_pixels(stripes, InputSpec(height=32, width=48)).astype(int) - 100).max() <= 1


def test_sharpening_by_one_changes_nothing_and_by_more_keeps_the_rim() -> None:
    picture = good_well(1)
    assert np.array_equal(sharpen(picture, Sharpen(factor=1)), picture)
    sharp = sharpen(picture, Sharpen(factor=5))
    assert np.array_equal(sharp[0], picture[0])
    assert sharp[1:-1, 1:-1].std() > picture[1:-1, 1:-1].std()

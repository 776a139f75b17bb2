"""What a file says of itself before a pixel is decoded."""

import struct
from itertools import pairwise

import pytest

from service.contract.errors import NotAPicture, PictureTooLarge
from service.contract.header.jpeg_scans import MOST_SCANS
from service.contract.picture import read_header
from tests.pictures import animated, bomb, chunk, encoded, jpeg, progressive, starts_of_scans
from tests.wells import good_well, leaking_well

JPEG, PNG = (encoded(good_well(1), suffix) for suffix in (".jpg", ".png"))
PROGRESSIVE = progressive(good_well(1))
END = b"\xff\xd9"


def test_type_and_size_come_from_the_content() -> None:
    assert read_header(JPEG)[:3] == ("image/jpeg", 48, 27)
    assert read_header(PNG)[:3] == ("image/png", 48, 27)


def test_files_that_begin_nearly_alike_are_told_apart() -> None:
    crops = [encoded(good_well(1)[:height], ".jpg") for height in (27, 20, 27)]
    assert [read_header(crop).height for crop in crops] == [27, 20, 27]
    with pytest.raises(NotAPicture):
        read_header(crops[0][:-40] + END + crops[0][-40:])


def test_a_promise_of_many_pixels_is_read_without_making_them() -> None:
    assert read_header(bomb(60_000, 50_000)).pixels == 3_000_000_000


def test_fill_bytes_before_a_marker_and_zeros_after_the_end_do_no_harm() -> None:
    assert read_header(JPEG[:2] + b"\xff" * 5 + JPEG[2:] + b"\0" * 9).width == 48
    assert read_header(PNG + b"\0" * 9).width == 48


@pytest.mark.parametrize("whole", [JPEG, PNG, PROGRESSIVE])
def test_a_file_cut_anywhere_is_no_picture(whole: bytes) -> None:
    for length in range(len(whole) - 2):
        with pytest.raises(NotAPicture):
            read_header(whole[:length])


@pytest.mark.parametrize("whole", [JPEG, PNG, PROGRESSIVE])
@pytest.mark.parametrize("more", [JPEG, PNG, END, b"x", b"\0\0x", b"\xff\xd8\xff"])
def test_something_behind_the_end_may_be_another_picture(whole: bytes, more: bytes) -> None:
    with pytest.raises(NotAPicture, match="behind the end"):
        read_header(whole + more)


def test_a_picture_before_the_data_of_another_is_told() -> None:
    thumbnail = b"\xff\xe1" + struct.pack(">H", len(JPEG) + 2) + JPEG
    assert read_header(JPEG[:2] + thumbnail + JPEG[2:]).width == 48


def test_a_progressive_jpeg_has_all_its_scans() -> None:
    starts = starts_of_scans(PROGRESSIVE)
    assert read_header(PROGRESSIVE).passes == len(starts) == 10
    for start in starts[1:]:
        with pytest.raises(NotAPicture, match="scan is missing"):
            read_header(PROGRESSIVE[:start] + END)


def test_a_scan_in_the_middle_may_not_be_missing_either() -> None:
    starts = [*starts_of_scans(PROGRESSIVE), len(PROGRESSIVE) - 2]
    for begin, end in pairwise(starts):
        with pytest.raises(NotAPicture):
            read_header(PROGRESSIVE[:begin] + PROGRESSIVE[end:])


def test_each_colour_of_a_plain_jpeg_has_its_scan() -> None:
    start = JPEG.find(b"\xff\xda")
    only_brightness = JPEG[: start + 2] + b"\0\x08\x01\x01\0\0\x3f\0" + JPEG[start + 14 :]
    with pytest.raises(NotAPicture, match="scan is missing"):
        read_header(only_brightness)


def test_more_scans_than_any_encoder_writes_are_refused() -> None:
    start = starts_of_scans(PROGRESSIVE)[-1]
    last = PROGRESSIVE[start:-2]
    with pytest.raises(PictureTooLarge, match="scans"):
        read_header(PROGRESSIVE[:start] + last * MOST_SCANS + END)


def test_an_animation_is_two_pictures() -> None:
    with pytest.raises(NotAPicture, match="animation"):
        read_header(animated(leaking_well(1), good_well(1)))


def test_every_byte_of_a_png_is_checked() -> None:
    for place in range(len(PNG)):
        damaged = bytearray(PNG)
        damaged[place] ^= 1
        with pytest.raises(NotAPicture):
            read_header(bytes(damaged))


def test_a_png_without_pixels_is_truncated() -> None:
    with pytest.raises(NotAPicture, match="truncated"):
        read_header(PNG[:33] + chunk(b"IEND", b""))


@pytest.mark.parametrize("size", [(0, 5), (5, 0)])
def test_a_size_of_nothing_is_no_picture(size: tuple[int, int]) -> None:
    start = JPEG.find(b"\xff\xc0")
    height, width = (length.to_bytes(2) for length in size)
    for data in (bomb(*size), JPEG[: start + 5] + height + width + JPEG[start + 9 :]):
        with pytest.raises(NotAPicture, match="no size"):
            read_header(data)


def test_segments_and_chunks_without_end_are_given_up() -> None:
    comment = b"\xff\xfe\0\x02"
    text = chunk(b"tEXt", b"")
    for data in (JPEG[:2] + comment * 100_000 + JPEG[2:], PNG[:33] + text * 100_000 + PNG[33:]):
        with pytest.raises(NotAPicture):
            read_header(data)


def test_exif_is_told_wherever_it_stands() -> None:
    exif = b"\xff\xe1\0\x0aExif\0\0MM"
    start = JPEG.find(b"\xff\xda")
    assert read_header(JPEG[:2] + exif + JPEG[2:]).oriented
    assert read_header(JPEG[:start] + exif + JPEG[start:]).oriented
    assert read_header(PNG[:33] + chunk(b"eXIf", b"MM") + PNG[33:]).oriented
    assert not read_header(JPEG).oriented


@pytest.mark.parametrize("start", [b"GIF89a", b"BM", b"<svg", b"RIFF....WEBP", b"II*\0", b""])
def test_other_types_are_told_which_are_taken(start: bytes) -> None:
    with pytest.raises(NotAPicture, match="image/jpeg or image/png"):
        read_header(start + b"\0" * 64)


def test_a_grey_jpeg_has_one_component() -> None:
    assert read_header(encoded(good_well(1)[..., 0], ".jpg"))[:3] == ("image/jpeg", 48, 27)
    assert read_header(jpeg(good_well(1))).passes == 1

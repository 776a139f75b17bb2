"""What a file says of itself before a pixel is decoded."""

import pytest

from service.contract.errors import NotAPicture
from service.contract.picture_header import read_header
from tests.pictures import bomb, encoded
from tests.wells import good_well

JPEG, PNG = (encoded(good_well(1), suffix) for suffix in (".jpg", ".png"))


def test_type_and_size_come_from_the_content() -> None:
    assert read_header(JPEG) == ("image/jpeg", 48, 27)
    assert read_header(PNG) == ("image/png", 48, 27)


def test_a_promise_of_many_pixels_is_read_without_making_them() -> None:
    assert read_header(bomb(60_000, 50_000))[1:] == (60_000, 50_000)


def test_bytes_before_a_marker_and_after_the_end_do_no_harm() -> None:
    assert read_header(JPEG[:2] + b"\xff" * 5 + JPEG[2:] + b"\0" * 9).width == 48


@pytest.mark.parametrize("whole", [JPEG, PNG])
def test_a_file_cut_anywhere_is_no_picture(whole: bytes) -> None:
    for length in range(len(whole) - 2):
        with pytest.raises(NotAPicture):
            read_header(whole[:length])


def test_a_size_of_nothing_is_no_picture() -> None:
    with pytest.raises(NotAPicture, match="no size"):
        read_header(bomb(0, 5))


@pytest.mark.parametrize("start", [b"GIF89a", b"BM", b"<svg", b"RIFF....WEBP", b"II*\0", b""])
def test_other_types_are_told_which_are_taken(start: bytes) -> None:
    with pytest.raises(NotAPicture, match="image/jpeg or image/png"):
        read_header(start + b"\0" * 64)

"""Multipart as cameras write it, each in a way of its own: the same pictures come out, or it is told that none do."""

import pytest

from service.contract.picture import decode
from service.streams.order import Order
from tests.collected_frames import Collected
from tests.frames import drawn_frame
from tests.mjpeg_camera import PART, TYPE, MjpegCamera
from tests.pictures import jpeg

pytest.importorskip("av", reason="needs the extra streams")

from service.streams.reader import read

MIXED = "multipart/x-mixed-replace"


def collected(content_type: str, part: str, picture: bytes) -> tuple[list[bytes], Collected]:
    """The first pictures of a camera that writes like that."""
    camera = MjpegCamera(lambda: picture, content_type=content_type, part=part)
    frames = Collected(3)
    try:
        read(Order(f"http://127.0.0.1:{camera.port}/mjpeg", 10.0, 1_000_000, 1_000_000), frames)
    finally:
        camera.close()
    return frames.files, frames


@pytest.mark.parametrize(
    ("content_type", "part"),
    [
        pytest.param(TYPE, PART, id="by the book"),
        pytest.param(f"{MIXED};boundary=frame", PART, id="dashes in the body alone"),
        pytest.param(f"{MIXED}; boundary=other", PART, id="another boundary in the header"),
        pytest.param(MIXED, PART, id="no boundary in the header"),
        pytest.param(TYPE, PART.replace("\r\n", "\n"), id="line feeds alone"),
        pytest.param(TYPE, PART.replace("Content-Length: {size}\r\n", ""), id="no length"),
        pytest.param(TYPE, PART.replace("image/jpeg", "image/jpeg\r\nX-Timestamp: 1.5"), id="a header of its own"),
    ],
)
def test_the_file_of_each_picture_is_whole(content_type: str, part: str) -> None:
    picture = jpeg(drawn_frame())
    files, _ = collected(content_type, part, picture)
    assert files == [picture] * 3
    assert decode(files[0]).shape == (420, 640, 3)


def test_parts_that_do_not_say_what_they_are_are_told() -> None:
    files, frames = collected(TYPE, PART.replace("Content-Type: image/jpeg\r\n", ""), jpeg(drawn_frame()))
    assert files == []
    why = frames.take(0.0)
    assert isinstance(why, str)
    assert "127.0.0.1" not in why

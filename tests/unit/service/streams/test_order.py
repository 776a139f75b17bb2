from pathlib import Path

import pytest

from service.contract.errors import SetupError
from service.monitoring.camera_source import CameraSource
from service.streams.order import Order, order_of


def order(folder: Path, **source: object) -> Order:
    return order_of(CameraSource.model_validate(source), 0.25, folder, 1000, 2000)


def test_a_stream_is_read_as_often_as_its_camera_is_expected(tmp_path: Path) -> None:
    assert order(tmp_path, url="rtsp://camera/live") == Order("rtsp://camera/live", 4.0, 1000, 2000)
    assert order(tmp_path, url="rtsp://camera/live", frames_per_second=7).frames_per_second == 7
    assert order(tmp_path, url="rtsp://camera/live", transport="udp").transport == "udp"
    assert order(tmp_path, url="genicam:10.0.4.9").address == "genicam:10.0.4.9"


def test_credentials_are_put_into_the_address_with_every_sign_kept(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("a user:p@ss:/%41\n")
    address = order(tmp_path, url="http://camera:81/mjpeg?a=b", credentials_file="secret").address
    assert address == "http://a%20user:p%40ss%3A%2F%2541@camera:81/mjpeg?a=b"


def test_a_file_lies_beside_the_cameras_file(tmp_path: Path) -> None:
    assert order(tmp_path, url="file:a film.mkv").address == f"file:{tmp_path}/a film.mkv"
    assert order(tmp_path, url="file:/films/a.mkv").address == "file:/films/a.mkv"


@pytest.mark.parametrize("content", [None, b"", b"s3cret", b":s3cret", b"user:s3cret\nmore", b"\xff\xfe"])
def test_credentials_that_cannot_be_read_are_not_repeated(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "secret").write_bytes(content)
    with pytest.raises(SetupError, match="credentials file") as refused:
        order(tmp_path, url="http://camera/mjpeg", credentials_file="secret")
    assert "s3cret" not in str(refused.value)

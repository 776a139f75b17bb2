import re
from pathlib import Path

import pytest

from service.contract.errors import SetupError
from service.monitoring.cameras_file import cameras_of

PATH = Path("cameras.toml")
LAYOUT = (
    f'[cameras.a.layout]\nreference = "a.png"\nsha256 = "{"0" * 64}"\n[cameras.a.layout.wells]\n1a = [1, 2, 30, 20]\n'
)


def text(source: str, layout: str = LAYOUT) -> str:
    return f"[cameras.a]\ninterval_s = 0.25\n[cameras.a.source]\n{source}\n{layout}"


@pytest.mark.parametrize(
    "url", ["rtsp://camera:554/live", "https://[::1]/mjpeg?user=1", "file:films/a.mkv", "file:/a", "genicam:10.0.4.9"]
)
def test_a_source_is_an_address_that_can_be_read(url: str) -> None:
    source = cameras_of(text(f'url = "{url}"\nframes_per_second = 4'), PATH)["a"].source
    assert source is not None
    assert source.url == url


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('url = "genicam:camera"', "is genicam:ADDRESS, with its IPv4 address"),
        ('url = "genicam://10.0.4.9"', "is genicam:ADDRESS, with its IPv4 address"),
        ('url = "genicam:10.0.4.9"\ncredentials_file = "s3cret"', "GigE Vision knows no passwords"),
        ('url = "http://camera/mjpeg"\ntransport = "udp"', "transport is that of rtsp:"),
        ('url = "rtsp://camera/live"\ntransport = "sctp"', "'tcp' or 'udp'"),
        ('url = "camera.local"', "url must begin with one of rtsp:"),
        ('url = "rtsp:///live"', "url names no host"),
        ('url = "rtsp://camera:x/live"', "url is no address"),
        ('url = "http://user:s3cret@camera/mjpeg"', "url must hold no password"),
        ('url = "file://a.mkv"', "url of a file is file:PATH"),
        ('url = "file:a.mkv"\ncredentials_file = "s3cret"', "takes no credentials_file"),
        ('url = "rtsp://camera/live"\nframes_per_second = 0', "greater than 0"),
        ('url = "rtsp://camera/live"\nframes_per_second = 3', "frames_per_second is too low for interval_s: write 4"),
        ('url = "rtsp://camera/live"\npassword = "s3cret"', "Extra inputs are not permitted"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line_without_its_secrets(source: str, said: str) -> None:
    with pytest.raises(SetupError, match=re.escape(said)) as refused:
        cameras_of(text(source), PATH)
    assert "s3cret" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_source_needs_a_layout() -> None:
    with pytest.raises(SetupError, match="a source needs a layout"):
        cameras_of(text('url = "rtsp://camera/live"', layout=""), PATH)

"""What is taken of packets: drawn H.264 with losses, and the bytes of MJPEG."""

from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from service.contract.picture import Pixels, decode

av = pytest.importorskip("av", reason="needs the extra streams")

from av import Packet, VideoStream  # noqa: E402

from service.streams.pictures import StillPictures, VideoPictures  # noqa: E402  # which needs it

KEYFRAMES_APART = 10
FRAMES = 40
MOST_PIXELS = 100_000


def moving(number: int) -> Pixels:
    """A picture that differs from the one before it nearly everywhere."""
    across, down = np.meshgrid(np.arange(160), np.arange(96))
    grey = 127 + 120 * np.sin((across + 9 * number) / 7) * np.cos((down - 4 * number) / 5)
    return np.repeat(grey.astype(np.uint8)[..., None], 3, axis=2)


def nearest(picture: Pixels) -> int:
    """The number of the moving picture that this one is most like."""
    return min(range(FRAMES), key=lambda number: int(np.abs(picture.astype(int) - moving(number)).sum()))


def write(path: Path, **more: str) -> Path:
    """H.264 with a keyframe every ``KEYFRAMES_APART`` pictures."""
    with av.open(str(path), "w") as container:
        options = {"g": str(KEYFRAMES_APART), "sc_threshold": "0", "crf": "12", "refs": "1", **more}
        stream = container.add_stream("libx264", rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        for number in range(FRAMES):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(moving(number))))
        container.mux(stream.encode())
    return path


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Without B-frames, as cameras send it."""
    return write(tmp_path_factory.mktemp("video") / "camera.mkv", bf="0")


def without_last_slice(packet: "Packet[VideoStream]") -> "Packet[Any]":
    """What is left of a packet (lengths, then units) that lost what the network brought last."""
    data, units = bytes(packet), []
    while data:
        end = 4 + int.from_bytes(data[:4], "big")
        units.append(data[:end])
        data = data[end:]
    assert len(units) > 1
    left = Packet(b"".join(units[:-1]))
    left.pts, left.dts, left.time_base, left.is_keyframe = packet.pts, packet.dts, packet.time_base, packet.is_keyframe
    return left


def handed_over(
    path: Path, lost: tuple[int, ...] = (), max_pixels: int = MOST_PIXELS, cut: tuple[int, ...] = ()
) -> dict[int, Pixels]:
    """The pictures that are given, by their number, of a video without some of its packets, or some cut short."""
    given: dict[int, Pixels] = {}
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        pictures = VideoPictures(stream, max_pixels)
        for number, packet in zip(count(), container.demux(stream), strict=False):
            if number in lost or packet.size == 0:
                continue
            picture = pictures.of(without_last_slice(packet) if number in cut else packet)
            if picture is not None:
                given[number] = decode(picture.file())
    return given


def test_pictures_of_a_whole_video_are_given_once_its_step_is_known(video: Path) -> None:
    given = handed_over(video)
    assert list(given) == list(range(3, FRAMES))
    assert all(np.abs(given[number].astype(int) - moving(number)).mean() < 6 for number in given)


@pytest.mark.parametrize("lost", [(5,), (14,), (10,), (12, 23), (19,), (13, 14, 15, 16)])
def test_no_picture_that_a_lost_packet_made_wrong_is_given(video: Path, lost: tuple[int, ...]) -> None:
    given = handed_over(video, lost)
    assert all(np.abs(given[number].astype(int) - moving(number)).mean() < 6 for number in given)
    assert not any(one < number < one - one % KEYFRAMES_APART + KEYFRAMES_APART for one in lost for number in given)
    assert 39 in given


@pytest.mark.parametrize("cut", [10, 14])
def test_no_picture_is_given_of_which_a_slice_is_missing_nor_one_built_on_it(tmp_path: Path, cut: int) -> None:
    given = handed_over(write(tmp_path / "sliced.mkv", bf="0", slices="2"), cut=(cut,))
    assert not [number for number in given if cut <= number < 20]
    assert {9, 20, 39} <= {*given}


def test_of_a_video_with_b_frames_keyframes_alone_are_given(tmp_path: Path) -> None:
    given = handed_over(write(tmp_path / "film.mkv", bf="2", b_adapt="0", b_strategy="0"))
    shown = [nearest(picture) for picture in given.values()]
    assert shown == [10, 20, 30]


def test_a_picture_with_too_many_pixels_is_not_given(video: Path) -> None:
    assert handed_over(video, max_pixels=160 * 96 - 1) == {}


def test_the_bytes_of_a_still_picture_are_given_as_they_came() -> None:
    picture = StillPictures().of(av.Packet(b"\xff\xd8 any \xff\xd9\r\n"))
    assert picture is not None
    assert picture.file() == b"\xff\xd8 any \xff\xd9"
    doubled = StillPictures().of(av.Packet(b"\xff\xd8 any \xff\xd9\xff\xd9"))
    assert doubled is not None
    assert doubled.file() == picture.file()
    assert StillPictures().of(av.Packet(b"")) is None

"""H.264 over RTSP, from a camera with a password, with and without loss."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from service.contract.picture import Pixels, decode
from service.streams.order import Order
from tests.collected_frames import Collected
from tests.conftest import Serve
from tests.frames import drawn_frame, write_cameras
from tests.integration.service.streams.test_mjpeg import decided, told
from tests.integration.service.test_incidents import troubles
from tests.numbered_pictures import FILM, number_of, numbered

pytest.importorskip("av", reason="needs the extra streams")

from service.streams.reader import read  # which needs it
from tests.rtsp_camera import RtspCamera


def received(lost: Iterable[int], enough: int) -> dict[int, Pixels]:
    """The first pictures that a reader hands over, by their number."""
    camera = RtspCamera([numbered(number) for number in range(FILM)], lost=frozenset(lost))
    collected = Collected(enough)
    try:
        read(Order(f"rtsp://127.0.0.1:{camera.port}/live", 100.0, 100_000, 1_000_000), collected)
    finally:
        camera.close()
    pictures = [decode(file) for file in collected.files]
    return {number_of(picture): picture for picture in pictures}


def test_no_picture_that_refers_to_a_lost_one_is_handed_over() -> None:
    given = received(lost=[14], enough=8)
    assert list(given) == [10, 11, 12, 13, 20, 21, 22, 23]
    assert all(np.abs(picture.astype(int) - numbered(number)).mean() < 6 for number, picture in given.items())


async def test_a_camera_whose_clock_is_an_hour_back_is_told_and_judged_again_once_it_is_right(
    serve: Serve, tmp_path: Path
) -> None:
    random = np.random.default_rng(6)
    noisy = [np.clip(drawn_frame() + random.normal(0, 1.5, (420, 640, 3)), 0, 255).astype(np.uint8) for _ in range(9)]
    camera = RtspCamera(noisy, clock_off_s=-3600.0)
    path = write_cameras(tmp_path)
    source = f'url = "rtsp://127.0.0.1:{camera.port}/live"\nframes_per_second = 4\n'
    path.write_text(f"{path.read_text()}\n[cameras.cam-1.source]\n{source}")
    try:
        async with serve(cameras_file=path) as client:
            stale = await decided(client, verdict="unknown", reason="stale")
            await told(client, "cam-1: its clock is -3600 s off by its own reports, set it (NTP)")
            camera.clock_off_s = 0.0
            right = await decided(client, verdict="no_leak")
            await troubles(client)
    finally:
        camera.close()
    assert "no_leak" not in {one["verdict"] for one in stale if one["captured_at"] is not None}
    newest = next(one for one in right if one["verdict"] == "no_leak")
    age = datetime.fromisoformat(newest["received_at"]) - datetime.fromisoformat(newest["captured_at"])
    assert abs(age.total_seconds()) < 1


async def test_frames_over_rtsp_get_their_verdicts_once_the_password_is_right(serve: Serve, tmp_path: Path) -> None:
    frame, random = drawn_frame(("3a",), seed=2), np.random.default_rng(6)
    noisy = [np.clip(frame + random.normal(0, 1.5, frame.shape), 0, 255).astype(np.uint8) for _ in range(9)]
    camera = RtspCamera(noisy, credentials="user:p@ss/:%41")
    (tmp_path / "secret").write_text("user:wr0ng\n")
    path = write_cameras(tmp_path)
    source = f'url = "rtsp://127.0.0.1:{camera.port}/live"\ncredentials_file = "secret"\nframes_per_second = 4\n'
    path.write_text(f"{path.read_text()}\n[cameras.cam-1.source]\n{source}")
    try:
        async with serve(cameras_file=path) as client:
            (incident,) = await troubles(client, "stream")
            (tmp_path / "secret").write_text("user:p@ss/:%41\n")
            await troubles(client)
            found = await decided(client, verdict="no_leak", camera_id="cam-1")
            await decided(client, verdict="leak", well_id="3a")
    finally:
        camera.close()
    assert incident["text"].startswith("cam-1: the camera refuses user and password (401)")
    assert {one["well_id"] for one in found if one["verdict"] == "leak"} <= {"3a"}

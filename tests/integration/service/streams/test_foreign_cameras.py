"""Cameras that others made: GStreamer's RTSP server and FFmpeg's MJPEG server, with a password, stalls and loss."""

import asyncio
import json
import shutil
import subprocess
import sys
from pathlib import Path
from time import perf_counter, time

import cv2
import numpy as np
import pytest

from service.contract.picture import Pixels, decode
from service.streams.newest import ArrivedFrame
from service.streams.order import Order
from tests.collected_frames import Collected
from tests.conftest import Serve
from tests.eventually import PATIENCE_S
from tests.frames import drawn_frame, write_cameras
from tests.gstreamer_camera import GstreamerCamera, needs_gstreamer
from tests.integration.service.streams.test_mjpeg import decided, told
from tests.integration.service.test_incidents import troubles
from tests.numbered_pictures import FILM, numbered, wrong_by
from tests.pictures import jpeg
from tests.ports import free_port

pytest.importorskip("av", reason="needs the extra streams")

from service.streams.reader import read

LOSS = "add table ip t; add chain ip t i { type filter hook input priority 0 ; };"
LOSS += "add rule ip t i ip protocol udp numgen random mod 100 < 5 drop"
NAMESPACE = [
    "unshare",
    "--map-root-user",
    "--net",
    "sh",
    "-c",
    f"ip link set lo up && nft '{LOSS}' && exec \"$@\"",
    "-",
]
MOST_WRONG = 5.0
"""Grey levels by which coding alone may change the worst block of a picture."""


def can_lose() -> bool:
    if any(shutil.which(tool) is None for tool in ("unshare", "ip", "nft")):
        return False
    return subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode == 0


def noisy(frame: Pixels, number: int = 8) -> list[bytes]:
    """Files of a frame, each with the noise of its own exposure."""
    random = np.random.default_rng(6)
    return [jpeg(np.clip(frame + random.normal(0, 1.5, frame.shape), 0, 255).astype(np.uint8)) for _ in range(number)]


@needs_gstreamer
@pytest.mark.skipif(not can_lose(), reason="needs a network of its own, iproute2 and nftables: make system-packages")
def test_where_the_network_loses_packets_no_picture_is_wrong(tmp_path: Path) -> None:
    command = [*NAMESPACE, sys.executable, "-m", "tests.lossy_reader", str(tmp_path)]
    said = json.loads(subprocess.run(command, check=True, capture_output=True, text=True, timeout=PATIENCE_S).stdout)
    assert said["lost"] > 0
    assert said["wrong"]
    assert max(said["wrong"]) < MOST_WRONG


class UntilTold(Collected):
    """Breaks the stream off once the times of capture of five pictures are known."""

    def put(self, arrival: ArrivedFrame) -> None:
        super().put(arrival)
        if sum(one.captured is not None for one in self.arrivals) == 5:
            raise EOFError


@needs_gstreamer
@pytest.mark.parametrize("form", ["h264", "mjpeg"])
def test_pictures_over_rtsp_are_right_and_soon_have_their_time_of_capture(tmp_path: Path, form: str) -> None:
    files = [jpeg(numbered(number)) for number in range(FILM)]
    camera = GstreamerCamera(tmp_path, files, free_port(), 25, form, "user:p@ss")
    order = Order(f"rtsp://user:p%40ss@127.0.0.1:{camera.port}/live", 100.0, 100_000, 1_000_000)
    collected, refused = UntilTold(10_000), Collected(1)
    try:
        read(order, collected)
        read(order._replace(address=order.address.replace("p%40ss", "wr0ng")), refused)
    finally:
        camera.close()
    assert max(wrong_by(decode(file)) for file in collected.files) < MOST_WRONG
    assert collected.arrivals[0].captured is None
    now, here = time(), perf_counter()
    ages = [now - (here - one.arrived) - one.captured for one in collected.arrivals if one.captured is not None]
    assert len(ages) == 5
    assert -0.5 < min(ages) <= max(ages) < 10, "a wrong report is hours off, a busy machine seconds late"
    assert refused.why() == "the camera refuses user and password (401): correct the credentials file"


@needs_gstreamer
async def test_a_camera_over_rtsp_that_stalls_is_told_and_read_again_once_it_has_started_again(
    serve: Serve, tmp_path: Path
) -> None:
    frame = drawn_frame(("3a",), seed=2)
    camera = GstreamerCamera(tmp_path, noisy(frame), free_port(), 10)
    path = write_cameras(tmp_path)
    source = f'url = "rtsp://127.0.0.1:{camera.port}/live"\nframes_per_second = 4\n'
    path.write_text(f"{path.read_text()}\n[cameras.cam-1.source]\n{source}")
    small = np.asarray(cv2.resize(frame, (320, 208)), np.uint8)
    try:
        async with serve(cameras_file=path) as client:
            await decided(client, verdict="leak", well_id="3a")
            await decided(client, verdict="no_leak")
            await troubles(client)
            camera.stall()
            await told(client, "cam-1: nothing came for 2 s")
            camera.close()
            camera = GstreamerCamera(tmp_path, noisy(small), camera.port, 10)
            await decided(client, verdict="unknown", reason="misaligned")
            (moved,) = await troubles(client, "misaligned")
    finally:
        camera.close()
    assert "320 x 208" in moved["text"]


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs FFmpeg's program: make system-packages")
async def test_the_files_of_ffmpegs_mjpeg_server_come_as_they_are(tmp_path: Path) -> None:
    files = [jpeg(numbered(number)) for number in range(FILM)]
    for number, file in enumerate(files):
        (tmp_path / f"{number:02d}.jpg").write_bytes(file)
    port = free_port()
    shown = ["-loglevel", "error", "-re", "-framerate", "25", "-i", str(tmp_path / "%02d.jpg"), "-c", "copy"]
    address = f"http://127.0.0.1:{port}/mjpeg"
    server = subprocess.Popen(  # noqa: ASYNC220  # it starts in no time
        ["ffmpeg", *shown, "-f", "mpjpeg", "-listen", "1", address], stdin=subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                collected = Collected(5)
                await asyncio.to_thread(read, Order(address, 100.0, 100_000, 1_000_000), collected)
                if collected.files:
                    break
    finally:
        server.kill()
        server.wait()
    assert collected.files == files[:5]

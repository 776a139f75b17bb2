"""H.264 through a real reader: a film that was kept of a camera."""

from pathlib import Path

import numpy as np
import pytest

from tests.conftest import Serve
from tests.frames import drawn_frame, write_cameras
from tests.integration.service.streams.test_mjpeg import decided, told

av = pytest.importorskip("av", reason="needs the extra streams")


def write_film(path: Path, seconds: int) -> None:
    """The drawn table with a leak, 10 pictures/s, a keyframe each second."""
    frame, random = drawn_frame(("3a",), seed=2), np.random.default_rng(6)
    with av.open(str(path), "w") as container:
        options = {"bf": "0", "g": "10", "crf": "10", "preset": "ultrafast"}
        stream = container.add_stream("libx264", rate=10, options=options)
        stream.width, stream.height, stream.pix_fmt = frame.shape[1], frame.shape[0], "yuv420p"
        for _ in range(10 * seconds):
            noisy = np.clip(frame + random.normal(0, 1.5, frame.shape), 0, 255).astype(np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(noisy)))
        container.mux(stream.encode())


async def test_a_film_is_judged_and_told_once_it_is_gone(serve: Serve, tmp_path: Path) -> None:
    write_film(tmp_path / "film.mkv", seconds=2)
    path = write_cameras(tmp_path)
    path.write_text(path.read_text() + '\n[cameras.cam-1.source]\nurl = "file:film.mkv"\nframes_per_second = 4\n')
    async with serve(cameras_file=path) as client:
        await decided(client, verdict="leak", well_id="3a")
        found = await decided(client, verdict="no_leak", camera_id="cam-1")
        (tmp_path / "film.mkv").unlink()
        await told(client, "cam-1: there is no such file")
    assert {one["well_id"] for one in found if one["verdict"] == "leak"} == {"3a"}

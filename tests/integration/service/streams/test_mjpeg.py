"""Streams of a camera that sends MJPEG over HTTP: pulled by a real reader, judged, on record."""

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import Serve
from tests.eventually import PATIENCE_S
from tests.frames import drawn_frame, places, write_cameras
from tests.integration.service.test_incidents import troubles
from tests.mjpeg_camera import MjpegCamera, showing
from tests.pictures import jpeg

pytest.importorskip("av", reason="needs the extra streams")

PASSWORD = "s@cret/word:%41"  # noqa: S105


def source_of(folder: Path, port: int, *more: str) -> Path:
    """A cameras file whose camera is pulled."""
    path = write_cameras(folder)
    lines = [f'url = "http://127.0.0.1:{port}/mjpeg"', "frames_per_second = 10", *more]
    path.write_text(path.read_text() + "\n[cameras.cam-1.source]\n" + "\n".join(lines) + "\n")
    return path


@pytest.fixture
def camera() -> Iterator[MjpegCamera]:
    server = MjpegCamera(showing(drawn_frame(("3a",), seed=2)))
    yield server
    server.close()


async def decided(client: httpx.AsyncClient, **wanted: object) -> list[dict[str, Any]]:
    """The newest decisions, once one of them is as wanted."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            answer = (await client.get("/v1/decisions", params={"limit": 2 * len(places())})).json()
            found: list[dict[str, Any]] = answer["items"]
            if any(all(one[name] == value for name, value in wanted.items()) for one in found):
                return found
            await asyncio.sleep(0.05)


async def told(client: httpx.AsyncClient, text: str) -> None:
    """Return once the incident ``stream`` begins with this text; a busy machine may give other reasons before."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            found = (await client.get("/v1/status")).json()["troubles"]
            if any(one["kind"] == "stream" and one["text"].startswith(text) for one in found):
                return
            await asyncio.sleep(0.05)


async def sample(client: httpx.AsyncClient, name: str) -> float:
    """A metric of the stream."""
    text = (await client.get("/metrics")).text
    (line,) = [line for line in text.splitlines() if line.startswith(f"leak_inspection_stream_{name}{{")]
    return float(line.rpartition(" ")[2])


async def test_frames_of_a_stream_get_their_verdicts(serve: Serve, camera: MjpegCamera, tmp_path: Path) -> None:
    async with serve(cameras_file=source_of(tmp_path, camera.port)) as client:
        found = await decided(client, verdict="leak", well_id="3a", camera_id="cam-1")
        await decided(client, verdict="no_leak")
        assert await troubles(client) == []
        assert await sample(client, "frames_total") > 0
        assert 0 <= await sample(client, "frame_age_seconds") < 20
    assert {one["well_id"] for one in found if one["verdict"] == "leak"} == {"3a"}
    assert {one["well_id"] for one in found} <= set(places())


async def test_a_stream_that_stalls_is_an_incident_until_it_comes_back(
    serve: Serve, camera: MjpegCamera, tmp_path: Path
) -> None:
    async with serve(cameras_file=source_of(tmp_path, camera.port)) as client:
        await decided(client, verdict="no_leak")
        camera.stall()
        await told(client, "cam-1: nothing came for 2 s")
        camera.running.set()
        await troubles(client)
        assert await sample(client, "reconnects_total") >= 1


async def test_a_camera_that_starts_again_is_read_again(serve: Serve, camera: MjpegCamera, tmp_path: Path) -> None:
    async with serve(cameras_file=source_of(tmp_path, camera.port)) as client:
        await decided(client, verdict="no_leak")
        camera.close()
        await troubles(client, "stream")
        again = MjpegCamera(camera.picture, camera.port)
        try:
            await troubles(client)
        finally:
            again.close()


async def test_a_wrong_password_is_told_and_stands_nowhere(
    serve: Serve, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    camera = MjpegCamera(showing(drawn_frame()), credentials=f"user:{PASSWORD}")
    secret = tmp_path / "credentials.txt"
    secret.write_text("user:wr0ng-one\n")
    caplog.set_level(logging.DEBUG)
    path = source_of(tmp_path, camera.port, 'credentials_file = "credentials.txt"')
    try:
        async with serve(cameras_file=path) as client:
            (incident,) = await troubles(client, "stream")
            secret.write_text(f"user:{PASSWORD}\n")
            await troubles(client)
            await decided(client, verdict="no_leak")
    finally:
        camera.close()
    assert "refuses user and password (401)" in incident["text"]
    said = incident["text"] + caplog.text + "".join(capfd.readouterr())
    assert "wr0ng" not in said
    assert PASSWORD not in said
    assert "s%40cret" not in said


async def test_damaged_pictures_are_counted_and_an_incident(serve: Serve, camera: MjpegCamera, tmp_path: Path) -> None:
    whole = jpeg(drawn_frame())
    camera.picture = lambda: whole[: len(whole) // 2]
    async with serve(cameras_file=source_of(tmp_path, camera.port)) as client:
        (incident,) = await troubles(client, "stream")
        assert await sample(client, "decode_errors_total") > 0
        assert (await client.get("/v1/decisions")).json()["items"] == []
    assert "cam-1" in incident["text"]

"""Whole frames: found, cut, judged and on record, or unknown."""

import asyncio
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import pytest

from service.app import create_app
from service.cli import main
from service.contract.artifact import sha256_hex
from service.contract.errors import SetupError
from service.contract.picture import Pixels, decode
from service.settings import Settings
from tests.answers import assert_problem
from tests.conftest import Serve
from tests.frames import drawn_frame, moved, places, png, write_cameras
from tests.integration.service.test_incidents import troubles
from tests.pictures import jpeg

FRAME = "/v1/inspect/frame?camera_id=cam-1"


async def judged(client: httpx.AsyncClient, frame: Pixels, query: str = "") -> list[dict[str, Any]]:
    """The decisions on a frame."""
    response = await client.post(FRAME + query, content=png(frame))
    assert response.status_code == 200, response.text
    return list(response.json()["results"])


async def test_each_well_of_a_frame_gets_its_decision(serve: Serve, tmp_path: Path) -> None:
    async with serve(cameras_file=write_cameras(tmp_path)) as client:
        results = await judged(client, drawn_frame(), "&cast_id=C-7&captured_at=2026-05-04T10:11:12Z")
    assert [one["well_id"] for one in results] == list(places())
    assert {one["reason"] for one in results} == {"stale"}
    assert {one["cast_id"] for one in results} == {"C-7"}


@pytest.mark.parametrize(("right", "down", "turn"), [(0, 0, 0), (20, -20, 0), (-7, 4, 1.5)])
async def test_crops_follow_a_small_move(serve: Serve, tmp_path: Path, right: int, down: int, turn: float) -> None:
    async with serve(cameras_file=write_cameras(tmp_path)) as client:
        results = await judged(client, moved(drawn_frame(("3a", "17a"), seed=2), right, down, turn))
    leaks = [one["well_id"] for one in results if one["verdict"] == "leak"]
    assert leaks == ["3a", "17a"]
    assert sum(one["verdict"] == "no_leak" for one in results) >= len(places()) - 4
    assert all(one["frame"]["residual_px"] < 1 and one["frame"]["proof"] > 0.7 for one in results)


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(moved(drawn_frame(seed=2), 60, 0), id="moved too far"),
        pytest.param(moved(drawn_frame(seed=2), 80, 0), id="moved by the pitch of the wells"),
        pytest.param(moved(drawn_frame(seed=2), turn=5), id="turned too far"),
        pytest.param(drawn_frame()[::-1].copy(), id="upside down"),
        pytest.param(cv2.resize(drawn_frame(), (320, 210)), id="half the size"),
        pytest.param(np.full_like(drawn_frame(), 110), id="covered"),
    ],
)
async def test_without_proof_every_well_is_unknown(serve: Serve, tmp_path: Path, frame: Pixels) -> None:
    async with serve(cameras_file=write_cameras(tmp_path)) as client:
        results = await judged(client, frame)
        kept = await client.get(f"/v1/decisions/{results[-1]['decision_id']}/picture")
    assert len(results) == len(places())
    assert {(one["verdict"], one["alarm"], one["reason"]) for one in results} == {("unknown", True, "misaligned")}
    assert kept.content == png(frame)


async def test_a_move_is_an_incident_that_says_by_how_much_until_it_is_over(serve: Serve, tmp_path: Path) -> None:
    async with serve(cameras_file=write_cameras(tmp_path)) as client:
        await judged(client, moved(drawn_frame(), 30))
        (incident,) = await troubles(client, "misaligned")
        await judged(client, drawn_frame())
        await troubles(client)
    assert re.match(r"cam-1: moved by (29\.[89]|30\.[012]) px, turned by -?0\.0 degrees", incident["text"])


async def test_covered_wells_are_no_good_wells(serve: Serve, tmp_path: Path) -> None:
    frame = drawn_frame(seed=2)
    plate = frame[60:90, 320:370].copy()
    frame[60:180, 60:260] = cv2.resize(plate, (200, 120))
    async with serve(cameras_file=write_cameras(tmp_path)) as client:
        results = {one["well_id"]: one for one in await judged(client, frame)}
    assert all(results[name]["verdict"] != "no_leak" for name in ("1a", "2a"))
    assert results["18a"]["verdict"] == "no_leak"


async def test_pictures_frames_and_heatmaps_of_a_leak_are_there(serve: Serve, tmp_path: Path) -> None:
    frame = drawn_frame(("3a",), seed=2)
    async with serve(cameras_file=write_cameras(tmp_path), archive={"good_share": 1}) as client:
        results = {one["well_id"]: one for one in await judged(client, frame)}
        leak, good = (f"/v1/decisions/{results[name]['decision_id']}" for name in ("3a", "5a"))
        crop = await client.get(f"{leak}/picture")
        whole = [await client.get(f"{of}/frame") for of in (leak, good)]
        heatmap = await client.get(f"{leak}/heatmap.png")
        alone = (await client.post("/v1/inspect", content=crop.content)).json()
        stored = (await client.get(leak)).json()
    left, top, width, height = places()["3a"]
    assert np.array_equal(decode(crop.content), frame[top : top + height, left : left + width])
    assert sha256_hex(crop.content) == results["3a"]["image_sha256"]
    assert alone["score"] == pytest.approx(results["3a"]["score"], rel=1e-5)
    assert [one.content for one in whole] == [png(frame)] * 2
    assert heatmap.headers["content-type"] == "image/png"
    assert stored["frame"] == results["3a"]["frame"]


async def test_a_crop_of_a_frame_gets_the_same_score_again_to_the_last_bit(
    serve: Serve, settings: Settings, tmp_path: Path
) -> None:
    async with serve(cameras_file=write_cameras(tmp_path), archive={"good_share": 1}) as client:
        results = await judged(client, moved(drawn_frame(("3a",), seed=2), 5, -3, 0.5))
    ids = [one["decision_id"] for one in results if one["score"] is not None]
    folders = ["--data-dir", str(settings.data_dir), "--artifacts", str(settings.artifacts)]
    assert len(ids) > 10
    assert await asyncio.to_thread(main, ["replay", *ids, *folders]) == 0


async def test_the_same_frame_with_its_time_gets_its_first_decisions(serve: Serve, tmp_path: Path) -> None:
    now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    async with serve(cameras_file=write_cameras(tmp_path)) as client:
        first, second = [await judged(client, drawn_frame(), f"&captured_at={now}") for _ in range(2)]
    assert [one["decision_id"] for one in first] == [one["decision_id"] for one in second]


async def test_what_is_no_frame_of_a_known_camera_is_a_problem(serve: Serve, tmp_path: Path) -> None:
    frame = jpeg(drawn_frame())
    async with serve(cameras_file=write_cameras(tmp_path), max_batch_bytes=200_000, max_body_bytes=100_000) as client:
        assert_problem(await client.post("/v1/inspect/frame", content=frame), 422)
        assert_problem(await client.post("/v1/inspect/frame?camera_id=cam-2", content=frame), 422)
        assert_problem(await client.post(f"{FRAME}&well_id=1a", content=frame), 422)
        assert_problem(await client.post(FRAME, content=b"no picture"), 415)
        assert_problem(await client.post(FRAME, content=frame[: len(frame) // 2]), 415)
        assert_problem(await client.post(FRAME, content=b"\0" * 200_001), 413)
        assert_problem(await client.post(FRAME, content=frame, headers={"X-Deadline-Ms": "0"}), 422)
        form = await client.post(FRAME, files={"file": frame})
    assert [one["well_id"] for one in form.json()["results"]] == list(places())


def test_a_reference_that_is_not_the_layouts_stops_the_start(settings: Settings, tmp_path: Path) -> None:
    path = write_cameras(tmp_path)
    (tmp_path / "table.png").write_bytes(png(moved(drawn_frame(), 1)))
    with pytest.raises(SetupError, match="is not the one of its layout"):
        create_app(settings.model_copy(update={"cameras_file": path}))

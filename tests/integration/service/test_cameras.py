"""The cameras of the cameras file, and their reference frames."""

from pathlib import Path

import httpx
import numpy as np

from service.contract.picture import Pixels, decode
from tests.answers import assert_problem
from tests.conftest import Serve
from tests.frames import drawn_frame, places, png, write_cameras


async def test_cameras_and_references_can_be_asked_for(serve: Serve, tmp_path: Path) -> None:
    path = write_cameras(tmp_path)
    path.write_text(path.read_text() + '[cameras.cam-2]\ninterval_s = 2\nwells = ["1a"]\n')
    async with serve(cameras_file=path) as client:
        cam_1, cam_2 = (await client.get("/v1/cameras")).json()["items"]
        reference = await client.get("/v1/cameras/cam-1/reference")
        (tmp_path / "table.png").unlink()
        for camera_id in ("cam-1", "cam-2", "cam-3"):
            assert_problem(await client.get(f"/v1/cameras/{camera_id}/reference"), 404)
    assert cam_1["layout"] == {name: list(box) for name, box in places().items()}
    assert (cam_1["reference"], cam_2["layout"], cam_2["wells"]) == ("table.png", None, ["1a"])
    assert (reference.content, reference.headers["content-type"]) == (png(drawn_frame()), "image/png")


async def test_only_operators_see_the_reference(serve: Serve, tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.write_text(f"camera {'c' * 16}\noperator {'o' * 16}\n")
    async with serve(cameras_file=write_cameras(tmp_path), keys_file=keys) as client:
        for key, status in (("", 401), ("c" * 16, 403), ("o" * 16, 200)):
            headers = {"X-API-Key": key} if key else {}
            assert (await client.get("/v1/cameras/cam-1/reference", headers=headers)).status_code == status


async def test_the_last_judged_frame_of_a_camera_can_be_looked_at(serve: Serve, tmp_path: Path) -> None:
    path = write_cameras(tmp_path)
    path.write_text(path.read_text() + '[cameras.cam-2]\ninterval_s = 2\nwells = ["1a"]\n')
    async with serve(cameras_file=path) as client:
        for camera_id, said in (("cam-1", "has been judged yet"), ("cam-2", "no layout"), ("cam-3", "no layout")):
            problem = assert_problem(await client.get(f"/v1/cameras/{camera_id}/frame"), 404)
            assert said in str(problem["detail"])
        await post_frame(client, drawn_frame(seed=2) // 2, "&captured_at=2026-05-04T10:11:12Z")
        frame = await client.get("/v1/cameras/cam-1/frame")
    assert (frame.headers["content-type"], frame.headers["cache-control"]) == ("image/jpeg", "no-store")
    assert frame.headers["x-captured-at"] == "2026-05-04T10:11:12Z"
    assert np.abs(decode(frame.content).astype(int) - drawn_frame(seed=2) // 2).mean() < 6


async def test_a_frame_that_is_not_of_the_layouts_size_is_not_shown(serve: Serve, tmp_path: Path) -> None:
    async with serve(cameras_file=write_cameras(tmp_path)) as client:
        await post_frame(client, drawn_frame()[:200].copy())
        assert_problem(await client.get("/v1/cameras/cam-1/frame"), 404)


async def test_only_operators_see_the_last_frame(serve: Serve, tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    keys.write_text(f"camera {'c' * 16}\noperator {'o' * 16}\n")
    async with serve(cameras_file=write_cameras(tmp_path), keys_file=keys) as client:
        for key, status in (("", 401), ("c" * 16, 403), ("o" * 16, 404)):
            headers = {"X-API-Key": key} if key else {}
            assert (await client.get("/v1/cameras/cam-1/frame", headers=headers)).status_code == status


async def post_frame(client: httpx.AsyncClient, frame: Pixels, query: str = "") -> None:
    """Have a frame judged."""
    answer = await client.post(f"/v1/inspect/frame?camera_id=cam-1{query}", content=png(frame))
    assert answer.status_code == 200, answer.text

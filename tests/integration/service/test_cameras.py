"""The cameras of the cameras file, and their reference frames."""

from pathlib import Path

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

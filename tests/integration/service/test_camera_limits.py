"""Limits of the gate that one camera has for itself."""

from pathlib import Path

from tests.conftest import Serve
from tests.pictures import jpeg
from tests.wells import good_well

CAMERAS = """
[cameras.cam-7]
interval_s = 1.0
[cameras.cam-7.gate.figures.brightness]
low = 250.0
"""


async def test_a_camera_with_limits_of_its_own_is_judged_by_them(serve: Serve, tmp_path: Path) -> None:
    cameras_file = tmp_path / "cameras.toml"
    cameras_file.write_text(CAMERAS)
    async with serve(cameras_file=cameras_file) as client:
        answers = {
            camera: (await client.post("/v1/inspect", params={"camera_id": camera}, content=jpeg(good_well(1)))).json()
            for camera in ("cam-7", "cam-8")
        }
    assert (answers["cam-7"]["verdict"], answers["cam-7"]["reason"]) == ("unknown", "input_dark")
    assert answers["cam-8"]["verdict"] == "no_leak"

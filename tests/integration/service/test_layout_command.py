"""``leak-inspection layout``: from frames to a cameras file that the service starts with."""

from pathlib import Path

import pytest

from service.cli import main
from service.contract.alignment.aligner import open_aligner
from service.monitoring.cameras_file import read_cameras
from tests.conftest import Serve
from tests.frames import drawn_frame, png, spool_frame, spools
from tests.pictures import jpeg


def test_a_layout_is_added_to_what_the_cameras_file_says_and_can_be_served(tmp_path: Path) -> None:
    path, frame = tmp_path / "cameras.toml", tmp_path / "frame.png"
    path.write_text("# ours\n[cameras.cam-1]\ninterval_s = 0.3\n\n[cameras.cam-2]\ninterval_s = 2\n")
    frame.write_bytes(png(spool_frame()))
    for camera in ("cam-1", "cam-9"):
        options = ("--camera", camera, "--preview", str(tmp_path / "preview.png"))
        assert main(["layout", str(frame), "-o", str(path), *options]) == 0
    cameras = read_cameras(path)
    assert path.read_text().startswith("# ours\n")
    assert {name: camera.interval_s for name, camera in cameras.items()} == {"cam-1": 0.3, "cam-2": 2, "cam-9": 1}
    assert len(cameras["cam-1"].wells) == len(spools())
    layout = cameras["cam-1"].layout
    assert layout is not None
    assert open_aligner(layout, tmp_path, 10**7).align(spool_frame())[0].problem is None
    assert (tmp_path / "preview.png").read_bytes().startswith(b"\x89PNG")


async def test_the_service_judges_by_a_proposed_layout(serve: Serve, tmp_path: Path) -> None:
    frame = tmp_path / "frame.jpg"
    frame.write_bytes(jpeg(spool_frame()))
    assert main(["layout", str(frame), "-o", str(tmp_path / "cameras.toml")]) == 0
    async with serve(cameras_file=tmp_path / "cameras.toml") as client:
        answer = await client.post("/v1/inspect/frame?camera_id=cam-1", content=frame.read_bytes())
    assert len(answer.json()["results"]) == len(spools())
    assert {one["frame"]["shift_px"] for one in answer.json()["results"]} == {0.0}


@pytest.mark.parametrize(
    ("cameras", "frame", "options", "said"),
    [
        pytest.param(None, b"no picture", (), "frame.png: the content is neither", id="no picture"),
        pytest.param(None, None, (), "frame.png cannot be read", id="no file"),
        pytest.param(None, png(drawn_frame()[:60, :60]), (), "no rows of wells", id="no wells"),
        pytest.param("[cameras", png(spool_frame()), (), "cannot be read", id="a broken cameras file"),
        pytest.param(None, png(spool_frame()), ("--camera", "a b"), "a b", id="no id"),
        pytest.param(None, png(spool_frame()), ("--interval-s", "0"), "interval_s", id="no interval"),
    ],
)
def test_a_mistake_is_one_line_and_nothing_is_written(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    cameras: str | None,
    frame: bytes | None,
    options: tuple[str, ...],
    said: str,
) -> None:
    if cameras is not None:
        (tmp_path / "cameras.toml").write_text(cameras)
    if frame is not None:
        (tmp_path / "frame.png").write_bytes(frame)
    before = sorted(path.name for path in tmp_path.iterdir())
    assert main(["layout", str(tmp_path / "frame.png"), "-o", str(tmp_path / "cameras.toml"), *options]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_layout_is_not_replaced_unasked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frame, path = tmp_path / "frame.png", tmp_path / "cameras.toml"
    frame.write_bytes(png(spool_frame()))
    assert main(["layout", str(frame), "-o", str(path)]) == 0
    written = path.read_text()
    assert main(["layout", str(frame), "-o", str(path)]) == 2
    assert "has a layout already" in capsys.readouterr().err
    assert path.read_text() == written

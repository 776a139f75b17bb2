"""A camera is commissioned from the service's own record, and judged by the cut that was found."""

import tomllib
from asyncio import to_thread
from pathlib import Path

import httpx
import pytest

from service.cli import main
from service.contract.artifact import read_active
from tests.conftest import Serve
from tests.pictures import jpeg
from tests.small_artifact import THRESHOLD, rewrite_manifest
from tests.wells import filmed_well, good_well, leaking_well

SCENES = 30
FRAMES = 4
LOWEST_LEAK = 0.01


async def filmed(client: httpx.AsyncClient, scenes: int, leaks: int = 0) -> None:
    """Have frames of that many wells judged, and leaks of others."""
    pictures = [frame for scene in range(scenes) for frame in filmed_well(scene, FRAMES, stain=15)]
    pictures += [leaking_well(seed) for seed in range(leaks)]
    files = [("files", ("crop.jpg", jpeg(picture))) for picture in pictures]
    meta = ",".join(f'{{"camera_id": "cam-7", "well_id": "{number}a"}}' for number in range(len(pictures)))
    answer = await client.post("/v1/inspect/batch", files=files, data={"meta": f"[{meta}]"})
    assert answer.status_code == 200, answer.text


def commission(artifacts: Path, data_dir: Path) -> int:
    return main(["commission", "cam-7", "--artifacts", str(artifacts), "--data-dir", str(data_dir)])


async def test_a_drawn_plant_is_commissioned_and_judged_by_the_cut_that_was_found(
    serve: Serve, artifacts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    threshold = {"value": THRESHOLD, "strategy": "decision_stump", "lowest_leak": LOWEST_LEAK}
    rewrite_manifest(artifacts / read_active(artifacts), threshold=threshold)
    async with serve(archive={"good_share": 1.0}) as client:
        await filmed(client, SCENES, leaks=6)
    assert await to_thread(commission, artifacts, tmp_path / "data") == 0
    said, _, entry = capsys.readouterr().out.partition("for the cameras file:")
    assert f"{SCENES * FRAMES + 6} different pictures in {SCENES + 6} scenes" in said
    assert "pictures that score as leaks do: 6" in said
    cut = tomllib.loads(entry)["cameras"]["cam-7"]["threshold"]["value"]
    assert cut != THRESHOLD
    assert cut < 0.75 * LOWEST_LEAK

    cameras_file = tmp_path / "cameras.toml"
    cameras_file.write_text(f"[cameras.cam-7]\ninterval_s = 1.0\n{entry}")
    async with serve(cameras_file=cameras_file) as client:
        answers = {
            camera: (await client.post("/v1/inspect", params={"camera_id": camera}, content=jpeg(good_well(1)))).json()
            for camera in ("cam-7", "cam-8")
        }
    assert (answers["cam-7"]["threshold"], answers["cam-8"]["threshold"]) == (cut, THRESHOLD)
    assert answers["cam-7"]["score"] == answers["cam-8"]["score"]
    assert answers["cam-7"]["score_ratio"] == pytest.approx(answers["cam-7"]["score"] / cut)


async def test_a_cut_for_another_artefact_is_not_used(serve: Serve, tmp_path: Path) -> None:
    cameras_file = tmp_path / "cameras.toml"
    cameras_file.write_text(
        '[cameras.cam-7]\ninterval_s = 1.0\nthreshold = { artifact = "conv_ae-0123abcd", value = 1e-9 }\n'
    )
    async with serve(cameras_file=cameras_file) as client:
        answer = await client.post("/v1/inspect", params={"camera_id": "cam-7"}, content=jpeg(good_well(1)))
    assert (answer.json()["verdict"], answer.json()["threshold"]) == ("no_leak", THRESHOLD)


@pytest.mark.parametrize(
    ("scenes", "good_share", "said"),
    [
        pytest.param(5, 1.0, "5 scenes are too few", id="few wells"),
        pytest.param(SCENES, 0.0, "holds no picture", id="no pictures are kept"),
    ],
)
async def test_a_camera_that_too_little_is_known_of_is_refused(
    serve: Serve,
    artifacts: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    scenes: int,
    good_share: float,
    said: str,
) -> None:
    async with serve(archive={"good_share": good_share}) as client:
        await filmed(client, scenes)
    assert await to_thread(commission, artifacts, tmp_path / "data") == 2
    assert said in capsys.readouterr().err

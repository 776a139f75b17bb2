"""``leak-training commission`` on pictures of a drawn plant."""

import tomllib
from pathlib import Path

import pytest

from service.contract.artifact import read_active
from tests.small_artifact import write_artifact
from tests.wells import filmed_well, leaking_well, write_picture
from training.cli import main

FRAMES = 4


@pytest.fixture
def artifact(tmp_path: Path) -> Path:
    root = tmp_path / "artifacts"
    write_artifact(root)
    return root / read_active(root)


def write_camera(folder: Path, scenes: range, leaks: int = 0) -> Path:
    """Pictures of wells that were filmed, and of leaks among them, without labels."""
    folder.mkdir()
    for scene in scenes:
        for frame, picture in enumerate(filmed_well(scene, FRAMES, stain=15)):
            write_picture(folder / f"{scene}-{frame}.png", picture)
    for seed in range(leaks):
        write_picture(folder / f"other-{seed}.png", leaking_well(seed))
    return folder


def test_a_camera_is_commissioned_with_leaks_among_its_pictures_and_the_prediction_checked(
    artifact: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pictures = write_camera(tmp_path / "camera", range(40), leaks=8)
    leaks, later = write_camera(tmp_path / "leaks", range(0), leaks=8), write_camera(tmp_path / "later", range(50, 80))
    options = ["--leaks", str(leaks), "--check", str(later), "--camera", "cam-7"]
    assert main(["commission", str(artifact), "--pictures", str(pictures), *options]) == 0
    said, _, entry = capsys.readouterr().out.partition("for the cameras file:")
    assert "168 different pictures in 48 scenes" in said
    assert "pictures that score as leaks do: 8; look at them\n  other-0.png" in said
    assert "checked on 120 different pictures in 30 scenes" in said
    assert "OUTSIDE" in said, "the later pictures hold no leak, so fewer alarms than with the leaks among the first"
    assert tomllib.loads(entry)["cameras"]["cam-7"]["threshold"]["artifact"] == artifact.name


def test_a_camera_with_few_scenes_is_refused(
    artifact: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pictures = write_camera(tmp_path / "camera", range(5))
    assert main(["commission", str(artifact), "--pictures", str(pictures)]) == 2
    refused = capsys.readouterr()
    assert "5 scenes are too few" in refused.err
    assert "for the cameras file" not in refused.out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--pictures", "nowhere"], "nowhere does not exist"),
        (["--site", "nowhere"], "--site needs --data"),
    ],
)
def test_what_is_missing_is_named(
    artifact: Path, capsys: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    assert main(["commission", str(artifact), *options]) == 2
    assert said in capsys.readouterr().err

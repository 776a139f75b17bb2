"""The cameras file."""

from pathlib import Path

import pytest

from service.contract.errors import SetupError
from service.monitoring.cameras_file import CameraThreshold, read_cameras


def test_cameras_have_an_interval_wells_and_limits_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "cameras.toml"
    path.write_text(
        '[cameras.cam-1]\ninterval_s = 0.3\nwells = ["1a"]\n[cameras.cam-1.gate.figures.contrast]\nlow = 4\n'
    )
    camera = read_cameras(path)["cam-1"]
    assert (camera.interval_s, camera.wells) == (0.3, ("1a",))
    assert camera.gate is not None
    assert camera.gate.figures["contrast"].low == 4


def test_a_camera_may_have_a_threshold_for_one_artefact(tmp_path: Path) -> None:
    path = tmp_path / "cameras.toml"
    path.write_text('[cameras.cam-1]\ninterval_s = 1\nthreshold = { artifact = "conv_ae-0123abcd", value = 0.2 }\n')
    assert read_cameras(path)["cam-1"].threshold == CameraThreshold(artifact="conv_ae-0123abcd", value=0.2)


def test_a_mark_of_the_encoding_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "cameras.toml"
    path.write_text("[cameras.cam-1]\ninterval_s = 1\n", encoding="utf-8-sig")
    assert set(read_cameras(path)) == {"cam-1"}


def test_without_a_file_no_camera_is_known() -> None:
    assert read_cameras(None) == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("[cameras.cam-1]\n", "cameras.cam-1.interval_s", id="no interval"),
        pytest.param("[cameras.cam-1]\ninterval_s = 0\n", "cameras.cam-1.interval_s", id="no time between pictures"),
        pytest.param('[cameras.cam-1]\ninterval_s = 1\nwells = ["1 a"]\n', "cameras.cam-1.wells.0", id="a space"),
        pytest.param("[cameras.cam-1]\ninterval_s = 1\nwels = []\n", "wels", id="a misspelt field"),
        pytest.param("[cameras.cam-1]\ninterval_s = 1\nthreshold = 0.2\n", "threshold", id="a cut for any artefact"),
        pytest.param("[cameras", "cannot be read", id="no TOML"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "cameras.toml"
    path.write_text(text)
    with pytest.raises(SetupError, match=said):
        read_cameras(path)

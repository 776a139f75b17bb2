"""Layouts and their reference frames: what is wrong is one clear line."""

from pathlib import Path

import numpy as np
import pytest

from service.contract.alignment.layout import Layout, corners_of, read_reference
from service.contract.artifact import sha256_hex
from service.contract.errors import SetupError
from service.monitoring.cameras_file import read_cameras
from tests.frames import drawn_frame, places, png, write_cameras


def test_wells_are_boxes_or_quadrilaterals() -> None:
    wells = {"1a": [10, 20, 48, 27], "1b": [[10.5, 60], [58, 61], [57, 88], [11, 87]]}
    layout = Layout.model_validate({"reference": "table.png", "sha256": "0" * 64, "wells": wells})
    assert corners_of(layout.wells["1a"]).tolist() == [[10, 20], [58, 20], [58, 47], [10, 47]]
    assert corners_of(layout.wells["1b"]).tolist() == wells["1b"]


def test_a_camera_with_a_layout_expects_its_wells(tmp_path: Path) -> None:
    camera = read_cameras(write_cameras(tmp_path))["cam-1"]
    assert camera.layout is not None
    assert camera.wells == tuple(places())
    assert np.array_equal(read_reference(camera.layout, tmp_path).frame, drawn_frame())


@pytest.mark.parametrize(
    ("line", "said"),
    [
        pytest.param('"1a" = [10, 20, 48]', r"layout\.wells\.1a", id="three numbers"),
        pytest.param('"1a" = [10, 20, 48, 4]', r"layout\.wells\.1a", id="too low"),
        pytest.param('"1a" = [-1, 20, 48, 27]', r"layout\.wells\.1a", id="left of the frame"),
        pytest.param('"1 a" = [10, 20, 48, 27]', r"layout\.wells\.1 a", id="a space in the name"),
        pytest.param('"1a" = [[10, 10], [10, 40], [60, 40], [60, 10]]', "1a: four corners clockwise", id="other way"),
        pytest.param('"1a" = [[10, 10], [60, 40], [60, 10], [10, 40]]', "1a: four corners clockwise", id="crossed"),
        pytest.param("", r"layout\.wells", id="none"),
    ],
)
def test_a_mistake_in_a_layout_is_named(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "cameras.toml"
    path.write_text(
        '[cameras.cam-1]\ninterval_s = 1\n[cameras.cam-1.layout]\nreference = "table.png"\n'
        f'sha256 = "{"0" * 64}"\n[cameras.cam-1.layout.wells]\n{line}\n'
    )
    with pytest.raises(SetupError, match=said) as refused:
        read_cameras(path)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("reference", ["../table.png", "/table.png", ""])
def test_a_reference_lies_beside_the_cameras_file(reference: str) -> None:
    with pytest.raises(ValueError, match="reference"):
        Layout.model_validate({"reference": reference, "sha256": "0" * 64, "wells": {"1a": [1, 1, 48, 27]}})


@pytest.mark.parametrize(
    ("data", "wells", "said"),
    [
        pytest.param(None, {"1a": [1, 1, 48, 27]}, "cannot be read", id="missing"),
        pytest.param(b"no picture", {"1a": [1, 1, 48, 27]}, "neither JPEG nor PNG", id="no picture"),
        pytest.param(png(drawn_frame()), {"1a": [600, 1, 48, 27]}, "1a reaches beyond", id="a well outside"),
    ],
)
def test_a_reference_that_does_not_fit_is_told(tmp_path: Path, data: bytes | None, wells: object, said: str) -> None:
    if data is not None:
        (tmp_path / "table.png").write_bytes(data)
    sha256 = sha256_hex(data or b"")
    layout = Layout.model_validate({"reference": "table.png", "sha256": sha256, "wells": wells})
    with pytest.raises(SetupError, match=said):
        read_reference(layout, tmp_path)


def test_another_reference_than_that_of_the_layout_is_refused(tmp_path: Path) -> None:
    (tmp_path / "table.png").write_bytes(png(drawn_frame()))
    layout = Layout.model_validate({"reference": "table.png", "sha256": "0" * 64, "wells": {"1a": [1, 1, 48, 27]}})
    with pytest.raises(SetupError, match="make the layout again"):
        read_reference(layout, tmp_path)

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from service.contract.artifact import sha256_hex
from service.contract.errors import NotFound
from service.contract.picture import Pixels
from service.control_room.heatmap import GAP, PANEL_HEIGHT, Heatmaps
from tests.pictures import jpeg
from tests.small_artifact import SPEC, write_artifact
from tests.wells import good_well, leaking_well

PANEL_WIDTH = round(PANEL_HEIGHT * SPEC.width / SPEC.height)


@pytest.fixture
def artifact_id(tmp_path: Path) -> str:
    return write_artifact(tmp_path)


def panels(png: bytes) -> list[NDArray[np.generic]]:
    """Picture, reconstruction and error as BGR."""
    image = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    starts = [place * (PANEL_WIDTH + GAP) for place in range(3)]
    assert image.shape == (PANEL_HEIGHT, starts[2] + PANEL_WIDTH, 3)
    return [image[:, start : start + PANEL_WIDTH] for start in starts]


def brightness_of_error(heatmaps: Heatmaps, artifact_id: str, picture: Pixels) -> float:
    image = jpeg(picture)
    return float(panels(heatmaps.draw(artifact_id, sha256_hex(image), image))[2].mean())


def test_a_good_well_is_almost_blank_and_a_leak_is_not(tmp_path: Path, artifact_id: str) -> None:
    heatmaps = Heatmaps(tmp_path, 10**6)
    good = [brightness_of_error(heatmaps, artifact_id, good_well(seed)) for seed in range(10)]
    leaks = [brightness_of_error(heatmaps, artifact_id, leaking_well(seed)) for seed in range(10)]
    assert max(good) < 5
    assert min(leaks) > 3 * max(good)


def test_equal_errors_have_equal_colours_whatever_else_the_picture_shows(tmp_path: Path, artifact_id: str) -> None:
    heatmaps = Heatmaps(tmp_path, 10**6)
    small, large = (brightness_of_error(heatmaps, artifact_id, with_spot(side)) for side in (4, 8))
    assert 2.5 < large / small < 5.5


def with_spot(side: int) -> Pixels:
    """A good well with a white square of that side: nothing is scaled to the worst place of a picture."""
    picture = good_well(1, SPEC.height, SPEC.width)
    picture[8 : 8 + side, 10 : 10 + side] = 255
    return picture


def test_the_reconstruction_is_drawn_in_the_colours_of_the_picture(tmp_path: Path, artifact_id: str) -> None:
    drawn = panels(Heatmaps(tmp_path, 10**6).draw(artifact_id, "sha", jpeg(good_well(1))))
    assert np.abs(drawn[0].mean((0, 1)) - drawn[1].mean((0, 1))).max() < 25


def test_a_drawn_heatmap_is_remembered(tmp_path: Path, artifact_id: str) -> None:
    heatmaps = Heatmaps(tmp_path, 10**6)
    first = heatmaps.draw(artifact_id, "sha", jpeg(good_well(1)))
    assert heatmaps.draw(artifact_id, "sha", b"not looked at again") is first


@pytest.mark.parametrize(
    ("artifact", "image", "why"),
    [("gone-01234567", jpeg(good_well(1)), "artefact"), (None, b"no picture", "neither JPEG nor PNG")],
    ids=["artefact gone", "picture damaged"],
)
def test_what_cannot_be_drawn_is_said(
    tmp_path: Path, artifact_id: str, artifact: str | None, image: bytes, why: str
) -> None:
    with pytest.raises(NotFound, match=why):
        Heatmaps(tmp_path, 10**6).draw(artifact or artifact_id, "sha", image)

from pathlib import Path

import cv2
import pytest

from service.contract.errors import DataError
from tests.wells import good_well
from training.synthetic import kinds, sheets


def test_every_family_gets_a_sheet(tmp_path: Path) -> None:
    paths = list(sheets.write([good_well(seed) for seed in range(3)], tmp_path))
    assert {path.stem.partition("-")[2] for path in paths} == {*kinds.LEAKS, *kinds.DISTURBANCES}
    assert all(cv2.imread(str(path)) is not None for path in paths)


def test_without_good_wells_there_is_nothing_to_draw_on(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="good pictures"):
        list(sheets.write([], tmp_path))

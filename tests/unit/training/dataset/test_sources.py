from pathlib import Path

import pytest

from service.contract.errors import DataError
from tests.wells import write_wells
from training.dataset.sources import read_files


def test_a_picture_that_vanishes_while_the_folder_is_read_ends_the_reading(tmp_path: Path) -> None:
    files = read_files(write_wells(tmp_path / "data", good=3, leak=1))
    next(files)
    (tmp_path / "data" / "train" / "0002.png").unlink()
    with pytest.raises(DataError, match=r"train/0002\.png vanished .* leave the folder alone"):
        list(files)

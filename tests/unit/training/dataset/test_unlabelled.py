import tarfile
from pathlib import Path

import pytest

from service.contract.errors import DataError
from tests.wells import good_well, write_picture
from training.dataset.unlabelled import read_unlabelled


def test_every_picture_counts_once_wherever_it_lies(tmp_path: Path) -> None:
    for place, seed in (("a.png", 1), ("leak/b.jpg", 2), ("camera 7/monday/c.bmp", 3), ("z.png", 1)):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        write_picture(tmp_path / place, good_well(seed))
    (tmp_path / "notes.txt").write_text("nothing")
    (tmp_path / "._a.png").write_bytes(b"of a system")
    (tmp_path / "torn.jpg").write_bytes(b"\xff\xd8\xff")
    found = read_unlabelled(tmp_path)
    assert found.names == ("a.png", "camera 7/monday/c.bmp", "leak/b.jpg")
    assert found.pictures[0].shape == (27, 48, 3)
    assert [line.partition(":")[0] for line in found.skipped] == ["torn.jpg"]
    assert found.passed_over == 1


def test_an_archive_will_do(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.png", good_well(1))
    with tarfile.open(tmp_path / "wells.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "a.png", "camera/a.png")
    assert read_unlabelled(tmp_path / "wells.tar.gz").names == ("camera/a.png",)


def test_a_place_without_pictures_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no readable picture"):
        read_unlabelled(tmp_path)

import tarfile
from pathlib import Path

import numpy as np
import pytest

from service.contract.errors import DataError
from service.contract.manifest import InputSpec
from tests.wells import good_well, leaking_well, write_picture, write_wells
from training.dataset.data import pixels_of
from training.dataset.layout import Label
from training.dataset.reading import load


def test_folder_and_archive_give_the_same_data(tmp_path: Path) -> None:
    folder = write_wells(tmp_path / "wells", good=5, leak=3)
    with tarfile.open(tmp_path / "wells.tar.gz", "w:gz") as archive:
        archive.add(folder, arcname="wells")
    from_folder, from_archive = load(folder), load(tmp_path / "wells.tar.gz")
    assert from_folder.sha256 == from_archive.sha256
    assert [group.label for group in from_folder.groups].count(Label.LEAK) == 3


@pytest.mark.parametrize("suffix", [".png", ".bmp"])
def test_lossless_formats_keep_every_pixel(tmp_path: Path, suffix: str) -> None:
    (tmp_path / "good").mkdir()
    write_picture(tmp_path / "good" / f"a{suffix}", good_well(1))
    assert np.array_equal(load(tmp_path).groups[0].picture, good_well(1))


def test_jpeg_is_read(tmp_path: Path) -> None:
    (tmp_path / "good").mkdir()
    write_picture(tmp_path / "good" / "a.jpg", good_well(1))
    assert load(tmp_path).groups[0].picture.shape == (27, 48, 3)


def test_equal_pictures_are_one_group_with_all_their_files(tmp_path: Path) -> None:
    write_wells(tmp_path, good=3, leak=2)
    write_picture(tmp_path / "train" / "copy.bmp", good_well(0))
    data = load(tmp_path)
    assert len(data.select(Label.GOOD)) == 3
    assert ("train/0000.png", "train/copy.bmp") in [group.files for group in data.groups]


def test_a_picture_with_both_labels_is_dropped_and_its_files_are_named(tmp_path: Path) -> None:
    write_wells(tmp_path, good=3, leak=2)
    write_picture(tmp_path / "train" / "wrong.png", leaking_well(1))
    data = load(tmp_path)
    assert sorted(data.contradictions) == ["proliv/0001.png", "train/wrong.png"]
    assert len(data.groups) == 4


def test_damaged_files_are_skipped_and_named(tmp_path: Path) -> None:
    write_wells(tmp_path, good=3, leak=2)
    whole = (tmp_path / "train" / "0000.png").read_bytes()
    (tmp_path / "train" / "half.png").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "train" / "text.jpg").write_text("no picture")
    (tmp_path / "train" / "bad.bmp").write_bytes(b"BM" + b"\xff" * 60)
    data = load(tmp_path)
    assert [reason.partition(":")[0] for reason in data.skipped] == [
        "train/bad.bmp",
        "train/half.png",
        "train/text.jpg",
    ]
    assert len(data.groups) == 5


def test_the_test_part_takes_its_labels_from_the_annotation(tmp_path: Path) -> None:
    write_wells(tmp_path, good=3, leak=2)
    (tmp_path / "test" / "imgs").mkdir(parents=True)
    for number, picture in enumerate([good_well(50), leaking_well(51), good_well(52)]):
        write_picture(tmp_path / "test" / "imgs" / f"{number}.png", picture)
    (tmp_path / "test" / "test_annotation.txt").write_bytes(b"0.png 0\r\n1.png 1\r\n")
    data = load(tmp_path)
    assert data.has_test
    assert [len(data.select(label, sealed=True)) for label in Label] == [1, 1]
    assert data.skipped == ("test/imgs/2.png: has no label in test_annotation.txt",)


def test_a_picture_of_the_test_part_is_never_trained_on(tmp_path: Path) -> None:
    write_wells(tmp_path, good=3, leak=2)
    (tmp_path / "test" / "good").mkdir(parents=True)
    write_picture(tmp_path / "test" / "good" / "seen.png", good_well(0))
    data = load(tmp_path)
    assert len(data.select(Label.GOOD)) == 2
    assert len(data.select(Label.GOOD, sealed=True)) == 1


def test_absence_of_the_test_part_is_known(tmp_path: Path) -> None:
    assert not load(write_wells(tmp_path / "wells", good=3, leak=2)).has_test


@pytest.mark.parametrize("kind", ["absent", "empty", "flat", "text", "damaged"])
def test_a_wrong_folder_is_told_the_expected_layout_or_the_damage(tmp_path: Path, kind: str) -> None:
    root = tmp_path / "data"
    if kind in {"empty", "flat"}:
        root.mkdir()
    if kind == "flat":
        write_picture(root / "a.png", good_well(1))
    if kind == "text":
        root.write_text("no folder")
    if kind == "damaged":
        root = tmp_path / "data.tar.gz"
        root.write_bytes(b"\x1f\x8b no archive")
    with pytest.raises(DataError, match="damaged" if kind == "damaged" else "train/"):
        load(root)


def test_pixels_have_the_size_of_the_input(tmp_path: Path) -> None:
    data = load(write_wells(tmp_path / "wells", good=3, leak=2))
    assert pixels_of(data.groups, InputSpec(height=16, width=24)).shape == (5, 16, 24, 3)
    assert pixels_of([], InputSpec(height=16, width=24)).shape == (0, 16, 24, 3)

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from service.contract.errors import DataError
from service.contract.layouts.label import Label
from service.contract.layouts.naming import Naming
from service.contract.layouts.survey import survey
from tests import layouts
from tests.layouts import draw, table


class Read(NamedTuple):
    """Pictures that are learnt from, and those of the test part."""

    good: int = 0
    leak: int = 0
    test_good: int = 0
    test_leak: int = 0


def read(root: Path, naming: Naming | None = None) -> Read:
    counts = Counter((one.sealed, one.label) for one in survey(root, naming or Naming()).files)
    return Read(*(counts[sealed, label] for sealed in (False, True) for label in Label))


PUBLISHED: dict[str, tuple[Callable[[Path], Path], str, Read, int]] = {
    "MVTec AD": (layouts.mvtec_ad, "MVTec AD", Read(4, 0, 2, 6), 1),
    "MVTec AD 2": (layouts.mvtec_ad_2, "by folder", Read(5, 0, 1, 3), 2),
    "BTAD": (layouts.btad, "by folder", Read(4, 0, 1, 2), 1),
    "VisA with its split": (layouts.visa, "VisA", Read(3, 0, 1, 2), 1),
    "VisA, one object": (lambda root: layouts.visa(root) / "candle", "VisA", Read(3, 0, 1, 2), 1),
    "Kolektor SDD2": (layouts.kolektor, "Kolektor SDD2", Read(4, 1, 0, 2), 1),
    "casting set": (layouts.casting, "by folder", Read(3, 2, 3, 2), 0),
    "ImageFolder": (layouts.image_folder, "by folder", Read(3, 2), 0),
    "flat folder with a CSV": (layouts.flat_csv, "list", Read(2, 1), 0),
    "our own": (layouts.annotated, "by folder", Read(2, 1, 1, 1), 0),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_layouts_that_people_have_are_read_as_they_are(name: str, tmp_path: Path) -> None:
    make, layout, wanted, notes = PUBLISHED[name]
    found = survey(make(tmp_path / "data"))
    assert found.layout == layout
    assert read(make(tmp_path / "again")) == wanted
    assert len(found.notes) == notes


@pytest.mark.parametrize("kind", ["zip", "tar", "gztar", "xztar", "bztar"])
def test_archives_read_like_their_folders(kind: str, tmp_path: Path) -> None:
    layouts.casting(tmp_path / "data")
    archive = shutil.make_archive(str(tmp_path / "data"), kind, tmp_path, "data")
    assert read(Path(archive)) == read(tmp_path / "data") == Read(3, 2, 3, 2)


UNDECIDED = ["train/_rejected", "train/stuff", "scratches", "train/good/_old", "not_really_good"]


@pytest.mark.parametrize("folder", UNDECIDED)
def test_a_folder_that_may_be_either_is_refused_until_it_is_named(folder: str, tmp_path: Path) -> None:
    root = draw(tmp_path, "+train/a.png", f"-{folder}/b.png")
    with pytest.raises(DataError, match=rf"{folder}/ \(1 picture\): name each with --good"):
        survey(root)
    name = folder.rpartition("/")[2]
    assert read(root, Naming(leak=(name,))) == Read(1, 1)
    assert read(root, Naming(good=(folder,))) == Read(2, 0)
    skipped = survey(root, Naming(skip=(name,)))
    assert len(skipped.files) == 1
    assert skipped.notes == (f"1 picture file ignored (skipped by name), first: {folder}/b.png",)


LEAKS_BELOW_TRAIN = ["def_front", "defect", "leaks", "пролив", "ng", "Bad 2"]


@pytest.mark.parametrize("folder", LEAKS_BELOW_TRAIN)
def test_a_known_word_below_train_is_no_good_well(folder: str, tmp_path: Path) -> None:
    assert read(draw(tmp_path, "+train/a.png", f"-train/{folder}/b.png")) == Read(1, 1)


def test_the_name_of_the_whole_set_says_nothing_of_its_parts(tmp_path: Path) -> None:
    assert read(draw(tmp_path / "a", "+leak_data/train/a.png", "-leak_data/proliv/b.png")) == Read(1, 1)
    with pytest.raises(DataError, match="good or leak"):
        survey(draw(tmp_path / "b", "-leak/train/a.png"))


def test_folders_that_only_say_where_or_when_are_as_good_as_train(tmp_path: Path) -> None:
    assert read(draw(tmp_path, "+train/camera_1/a.png", "+train/2023-03-01/b.png", "-leak/scratch/c.png")) == Read(2, 1)


def test_what_only_looks_like_a_picture_of_a_well_is_passed_over_and_counted(tmp_path: Path) -> None:
    root = draw(
        tmp_path, "+good/a.png", "+good/@eaDir/a.png", "#good/a_mask.png", "#masks/a.png", "+good/.b.png", "+c.png"
    )
    (root / "good" / "._a.png").write_bytes(b"of a system")
    (root / "good" / "a.heic").write_bytes(b"of a telephone")
    found = survey(root)
    assert [str(one.file.path) for one in found.files] == ["good/a.png"]
    assert found.notes == (
        "1 picture file ignored (has no label: beside the folders), first: c.png",
        "2 picture files ignored (hidden files), first: good/._a.png",
        "2 picture files ignored (masks), first: good/a_mask.png",
        "1 picture file ignored (of a type that is not read), first: good/a.heic",
        "1 picture file ignored (thumbnails), first: good/@eaDir/a.png",
    )


def test_several_products_are_never_one_model(tmp_path: Path) -> None:
    layouts.btad(tmp_path / "01")
    layouts.btad(tmp_path / "02")
    with pytest.raises(DataError, match="several sets of pictures: 01/, 02/"):
        survey(tmp_path)
    assert read(tmp_path, Naming(skip=("02",))) == Read(4, 0, 1, 2)


def test_a_copy_of_the_pictures_beside_a_divided_set_is_refused(tmp_path: Path) -> None:
    draw(layouts.casting(tmp_path), "+casting_512x512/ok_front/a.jpeg", "-casting_512x512/def_front/b.jpeg")
    with pytest.raises(DataError, match="several sets of pictures: casting_data/, casting_512x512/def_front/"):
        survey(tmp_path)
    assert read(tmp_path, Naming(skip=("casting_512x512",))) == Read(3, 2, 3, 2)


def test_a_name_that_nothing_has_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no folder or class with pictures is called 'prolif'; there are: proliv"):
        survey(draw(tmp_path, "+train/a.png", "-proliv/b.png"), Naming(leak=("prolif",)))


CSV_FAULTS = {
    ("file,label", "a.png,0", "a.png,1"): "line 3: 'a.png' stands there twice, once good and once leak",
    ("file,label", "a.png,perhaps"): "line 2: 'perhaps' is no known label",
    ("file;label", "a.png"): "line 2: expected a file and a label",
    ("file,label", "x.png,0"): "x.png' may be deep/x.png or other/x.png",
}


@pytest.mark.parametrize("lines", CSV_FAULTS)
def test_a_list_with_a_fault_is_refused_with_its_line(lines: tuple[str, ...], tmp_path: Path) -> None:
    draw(tmp_path, "+a.png", "+deep/x.png", "+other/x.png")
    table(tmp_path / "labels.csv", *lines)
    with pytest.raises(DataError, match=CSV_FAULTS[lines]):
        survey(tmp_path)


def test_classes_of_a_list_can_be_named_and_its_split_seals(tmp_path: Path) -> None:
    draw(tmp_path, "+images/a.png", "-images/b.png", "-images/c.png")
    table(tmp_path / "list.csv", "Image;Class;Split", "images/a.png;A;train", "images/b.png;B;train", "c.png;B;test")
    assert read(tmp_path, Naming(good=("A",), leak=("B",))) == Read(1, 1, 0, 1)


def test_a_list_and_a_folder_that_disagree_are_refused(tmp_path: Path) -> None:
    draw(tmp_path, "+good/a.png", "-leak/b.png")
    table(tmp_path / "labels.csv", "file,label", "good/a.png,1", "leak/b.png,1")
    with pytest.raises(DataError, match=r"good/a\.png is leak in the list, and its folder says otherwise"):
        survey(tmp_path)

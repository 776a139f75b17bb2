import tarfile
from pathlib import Path

import pytest

from service.contract.errors import SetupError
from service.contract.layouts.naming import Naming
from service.simulation.gallery import Gallery


def wells(folder: Path) -> Path:
    for name in ("train/a.jpg", "train/b.PNG", "train/notes.txt", "proliv/c.jpg"):
        path = folder / "wells" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return folder / "wells"


def test_leaks_are_told_from_good_wells_by_their_folder(tmp_path: Path) -> None:
    gallery = Gallery.read(wells(tmp_path))
    assert set(gallery.good) == {b"train/a.jpg", b"train/b.PNG"}
    assert gallery.leaks == (b"proliv/c.jpg",)


def test_a_tar_file_reads_like_its_folder(tmp_path: Path) -> None:
    folder = wells(tmp_path)
    with tarfile.open(tmp_path / "wells.tar.gz", "w:gz") as archive:
        archive.add(folder, "wells")
    assert set(Gallery.read(tmp_path / "wells.tar.gz").good) == set(Gallery.read(folder).good)


def test_the_seed_fixes_the_order(tmp_path: Path) -> None:
    for number in range(20):
        (tmp_path / f"{number}.jpg").write_bytes(bytes([number]))
    assert Gallery.read(tmp_path, seed=1) == Gallery.read(tmp_path, seed=1)
    assert Gallery.read(tmp_path, seed=1) != Gallery.read(tmp_path, seed=2)


def test_folders_mean_what_they_mean_in_training(tmp_path: Path) -> None:
    for name in ("train/a.jpg", "train/._a.jpg", "train/LEAK/b.jpg", "train/@eaDir/a.jpg", "train/c.bmp"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    gallery = Gallery.read(tmp_path)
    assert (gallery.good, gallery.leaks) == ((b"train/a.jpg",), (b"train/LEAK/b.jpg",))


def test_a_folder_that_may_be_either_is_refused_until_it_is_named(tmp_path: Path) -> None:
    for name in ("train/a.jpg", "train/_rejected/b.jpg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(SetupError, match="name each with --good"):
        Gallery.read(tmp_path)
    assert len(Gallery.read(tmp_path, naming=Naming(leak=("_rejected",))).leaks) == 1


def test_a_folder_that_cannot_be_used_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file.txt").write_text("no tar")
    with pytest.raises(SetupError, match="does not exist"):
        Gallery.read(tmp_path / "nowhere")
    with pytest.raises(SetupError, match="no JPEG or PNG"):
        Gallery.read(tmp_path)
    with pytest.raises(SetupError, match="neither a folder nor an archive"):
        Gallery.read(tmp_path / "file.txt")

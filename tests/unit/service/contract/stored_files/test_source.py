import io
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from service.contract.errors import DataError
from service.contract.stored_files.source import files_of
from service.contract.stored_files.stored_file import text_of


def contents(root: Path) -> dict[str, bytes]:
    return {str(file.path): file.read() for file in files_of(root) if not file.fault}


def faults(root: Path) -> dict[str, str]:
    return {str(file.path): file.fault for file in files_of(root) if file.fault}


def write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def tar_of(path: Path, *members: tuple[str, bytes]) -> Path:
    with tarfile.open(path, "w") as archive:
        for name, data in members:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def test_linked_folders_and_files_are_read_and_a_circle_ends(tmp_path: Path) -> None:
    root = tmp_path / "data"
    write(tmp_path / "elsewhere" / "a.jpg", b"a")
    write(root / "train" / "b.jpg", b"b")
    (root / "leak").symlink_to(tmp_path / "elsewhere")
    (root / "train" / "c.jpg").symlink_to(tmp_path / "elsewhere" / "a.jpg")
    (root / "train" / "again").symlink_to(root)
    (root / "train" / "lost.jpg").symlink_to(tmp_path / "nowhere.jpg")
    assert contents(root) == {"leak/a.jpg": b"a", "train/b.jpg": b"b", "train/c.jpg": b"a"}
    assert faults(root) == {"train/lost.jpg": "is a link that leads nowhere: copy the file itself"}


def test_links_of_a_tar_show_what_they_lead_to(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "data.tar", "w") as archive:
        for name, kind, target in (
            ("train/a.jpg", tarfile.REGTYPE, ""),
            ("leak/hard.jpg", tarfile.LNKTYPE, "train/a.jpg"),
            ("leak/soft.jpg", tarfile.SYMTYPE, "../train/a.jpg"),
            ("good", tarfile.SYMTYPE, "train"),
            ("leak/lost.jpg", tarfile.SYMTYPE, "../../etc/a.jpg"),
            ("leak/round.jpg", tarfile.SYMTYPE, "round.jpg"),
        ):
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, target
            member.size = 1 if kind == tarfile.REGTYPE else 0
            archive.addfile(member, io.BytesIO(b"a"))
    names = {"train/a.jpg", "leak/hard.jpg", "leak/soft.jpg", "good/a.jpg"}
    assert contents(tmp_path / "data.tar") == dict.fromkeys(names, b"a")
    assert set(faults(tmp_path / "data.tar")) == {"leak/lost.jpg", "leak/round.jpg"}


def test_a_second_archive_behind_the_first_belongs_to_it(tmp_path: Path) -> None:
    first, second = (tar_of(tmp_path / f"{name}.tar", (f"{name}.jpg", b"1")) for name in "ab")
    (tmp_path / "both.tar").write_bytes(first.read_bytes() + second.read_bytes())
    assert contents(tmp_path / "both.tar") == {"a.jpg": b"1", "b.jpg": b"1"}


def test_a_torn_archive_is_refused(tmp_path: Path) -> None:
    whole = tar_of(tmp_path / "a.tar", ("a.jpg", b"1" * 9000)).read_bytes()
    (tmp_path / "torn.tar").write_bytes(whole[:4000])
    with pytest.raises(DataError, match="is damaged"):
        files_of(tmp_path / "torn.tar")


def test_names_that_are_no_text_can_be_printed(tmp_path: Path) -> None:
    write(tmp_path / "data" / os.fsdecode(b"\xef\xf0.jpg"), b"a")
    tar_of(tmp_path / "data.tar", (os.fsdecode(b"\xef\xf0.jpg"), b"a"))
    for root in (tmp_path / "data", tmp_path / "data.tar"):
        assert contents(root) == {r"\xef\xf0.jpg": b"a"}


def test_a_zip_made_by_russian_windows_keeps_its_folder_names(tmp_path: Path) -> None:
    raw = "пролив/a.jpg".encode("cp866")
    with zipfile.ZipFile(tmp_path / "data.zip", "w") as archive:
        archive.writestr("x" * len(raw), b"a")
    data = (tmp_path / "data.zip").read_bytes().replace(b"x" * len(raw), raw)
    (tmp_path / "data.zip").write_bytes(data)
    assert contents(tmp_path / "data.zip") == {"пролив/a.jpg": b"a"}


def test_an_encrypted_zip_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "data.zip", "w") as archive:
        archive.writestr("a.jpg", b"a")
    data = bytearray((tmp_path / "data.zip").read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1  # in the directory: encrypted
    (tmp_path / "data.zip").write_bytes(data)
    with pytest.raises(DataError, match="is encrypted: unpack it"):
        files_of(tmp_path / "data.zip")


def test_a_file_that_vanishes_while_the_folder_is_read_ends_the_reading(tmp_path: Path) -> None:
    write(tmp_path / "data" / "train" / "a.jpg", b"a")
    (file,) = files_of(tmp_path / "data")
    (tmp_path / "data" / "train" / "a.jpg").unlink()
    with pytest.raises(DataError, match=r"train/a\.jpg vanished .* leave the folder alone"):
        file.read()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_is_read_with_and_without_a_mark_of_its_encoding(encoding: str) -> None:
    assert text_of("кадр.jpg 1".encode(encoding), "list") == "кадр.jpg 1"

from pathlib import Path

import pytest

from service.contract.errors import ExportRefused
from service.contract.stored_files.draft import drafted


def fail_half_way(root: Path, fault: Exception) -> None:
    with drafted(root) as draft:
        draft.write("golden/a.png", b"content")
        raise fault


def test_nothing_stays_behind_when_the_work_fails(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        fail_half_way(tmp_path, ZeroDivisionError())
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_ends_in_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ExportRefused, match="No space left"):
        fail_half_way(tmp_path, OSError(28, "No space left on device"))
    assert list(tmp_path.iterdir()) == []


def test_a_published_folder_bears_the_artefacts_id(tmp_path: Path) -> None:
    with drafted(tmp_path) as draft:
        draft.write("report/a.html", b"content")
        assert draft.publish("name-00000000") == tmp_path / "name-00000000"
    assert [path.name for path in tmp_path.iterdir()] == ["name-00000000"]
    assert (tmp_path / "name-00000000" / "report" / "a.html").read_bytes() == b"content"


def test_drafts_at_once_leave_each_other_alone(tmp_path: Path) -> None:
    with drafted(tmp_path) as first:
        first.write("a", b"content")
        with drafted(tmp_path) as second:
            second.write("b", b"content")
            second.publish("name-00000001")
        first.publish("name-00000000")
    assert {path.relative_to(tmp_path).as_posix() for path in tmp_path.glob("*/*")} == {
        "name-00000000/a",
        "name-00000001/b",
    }


def test_a_damaged_folder_in_the_way_is_not_taken_for_the_artefact(tmp_path: Path) -> None:
    (tmp_path / "name-00000000").mkdir()
    with pytest.raises(ExportRefused, match="move it away"), drafted(tmp_path) as draft:
        draft.publish("name-00000000")


def test_checksums_cover_every_file_but_the_manifest(tmp_path: Path) -> None:
    with drafted(tmp_path) as draft:
        draft.write("manifest.json", b"{}")
        draft.write("golden/a.png", b"content")
        assert list(draft.checksums()) == ["golden/a.png"]

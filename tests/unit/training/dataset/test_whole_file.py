from pathlib import Path

import pytest

from training.dataset.whole_file import replacing


def fail_half_way(path: Path) -> None:
    with replacing(path) as draft:
        draft.write_text("half")
        raise OSError(28, "No space left on device")


def test_a_file_bears_its_name_only_when_it_is_whole(tmp_path: Path) -> None:
    with replacing(tmp_path / "new" / "a.json") as draft:
        draft.write_text("whole")
        assert not (tmp_path / "new" / "a.json").exists()
    assert [path.read_text() for path in (tmp_path / "new").iterdir()] == ["whole"]


def test_an_error_leaves_what_was_there_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("before")
    with pytest.raises(OSError, match="No space"):
        fail_half_way(tmp_path / "a.json")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["before"]

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from service.contract.stored_files.durable_file import write_durably


def test_of_threads_that_write_at_once_each_writes_the_whole_file(tmp_path: Path) -> None:
    texts = [str(number) * 100_000 for number in range(8)]
    with ThreadPoolExecutor(len(texts)) as threads:
        written = [threads.submit(write_durably, tmp_path / "file", text) for text in texts]
    assert [one.exception() for one in written] == [None] * len(texts)
    assert (tmp_path / "file").read_text() in texts
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "file").mkdir()
    with pytest.raises(OSError, match="file"):
        write_durably(tmp_path / "file", "text")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]

import json
import shutil
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from service.contract.artifact import Artifact, open_artifact
from service.contract.errors import DataError, SetupError
from tests.small_artifact import write_artifact
from tests.wells import good_well, leaking_well, write_picture

pytest.importorskip("pyarrow", reason="the extra cluster is not installed")

import pyarrow.parquet as pq

from training.rescoring.place import PicturePlace, open_place
from training.rescoring.rescore import Chunk, Runner, one_process, rescore

GOOD, LEAK = 9, 3


@pytest.fixture
def artifact(tmp_path: Path) -> Artifact:
    return open_artifact(tmp_path / "artifacts" / write_artifact(tmp_path / "artifacts"))


@pytest.fixture
def wells(tmp_path: Path) -> Path:
    folder = tmp_path / "wells"
    (folder / "no_leak").mkdir(parents=True)
    for seed in range(GOOD):
        write_picture(folder / "no_leak" / f"{seed}.png", good_well(seed))
    for seed in range(LEAK):
        write_picture(folder / f"{seed}.png", leaking_well(seed))
    return folder


def rows_of(out: Path) -> list[dict[str, Any]]:
    return [row for path in sorted(out.glob("*.parquet")) for row in pq.read_table(path).to_pylist()]


def stopped_after(count: int) -> Runner:
    """A runner that is interrupted."""

    def run(artifact: Artifact, place: PicturePlace, chunks: Sequence[Chunk]) -> Iterator[tuple[int, Any]]:
        yield from one_process(artifact, place, chunks[:count])
        raise KeyboardInterrupt

    return run


def test_each_picture_is_there_once_sorted_by_its_id_and_copies_are_counted(
    artifact: Artifact, wells: Path, tmp_path: Path
) -> None:
    shutil.copy(wells / "0.png", wells / "no_leak" / "copy.png")
    shutil.copy(wells / "0.png", wells / "a_copy.png")
    counted = rescore(artifact, open_place(str(wells)), tmp_path / "out", one_process, most_files=4)
    rows = rows_of(tmp_path / "out")
    ids = [row["picture_id"] for row in rows]
    assert ids == sorted(set(ids))
    assert (counted["files"], counted["pictures"], len(rows)) == (GOOD + LEAK + 2, GOOD + LEAK, GOOD + LEAK)
    assert counted["verdicts"] == {"leak": LEAK, "no_leak": GOOD}
    assert [(row["file"], row["files"]) for row in rows if row["files"] > 1] == [("0.png", 3)]
    assert json.loads((tmp_path / "out" / "summary.json").read_text()) == counted
    assert not (tmp_path / "out.partial").exists()


def test_an_archive_gives_the_rows_of_its_folder(artifact: Artifact, wells: Path, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "wells.tar.gz", "w:gz") as archive:
        archive.add(wells, ".")
    for name, place in (("folder", wells), ("archive", tmp_path / "wells.tar.gz")):
        rescore(artifact, open_place(str(place)), tmp_path / name, one_process)
    assert rows_of(tmp_path / "folder") == rows_of(tmp_path / "archive")


def test_what_was_judged_before_an_interruption_is_not_judged_again(
    artifact: Artifact, wells: Path, tmp_path: Path
) -> None:
    place, out = open_place(str(wells)), tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        rescore(artifact, place, out, stopped_after(2), most_files=4)
    assert not out.exists()
    left: list[int] = []

    def noting(artifact: Artifact, place: PicturePlace, chunks: Sequence[Chunk]) -> Iterator[tuple[int, Any]]:
        left.extend(number for number, _ in chunks)
        return one_process(artifact, place, chunks)

    rescore(artifact, place, out, noting, most_files=4)
    assert left == [2]
    rescore(artifact, place, tmp_path / "again", one_process, most_files=4)
    assert rows_of(out) == rows_of(tmp_path / "again")


def test_a_cut_chunk_is_judged_again(artifact: Artifact, wells: Path, tmp_path: Path) -> None:
    place, out = open_place(str(wells)), tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        rescore(artifact, place, out, stopped_after(2), most_files=4)
    chunk = tmp_path / "out.partial" / "chunk-000000.parquet"
    chunk.write_bytes(chunk.read_bytes()[:-9])
    assert rescore(artifact, place, out, one_process, most_files=4)["pictures"] == GOOD + LEAK


def test_a_draft_of_other_pictures_is_not_gone_on_with(artifact: Artifact, wells: Path, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        rescore(artifact, open_place(str(wells)), tmp_path / "out", stopped_after(1), most_files=4)
    write_picture(wells / "new.png", good_well(99))
    with pytest.raises(SetupError, match=r"out\.partial was begun with other pictures"):
        rescore(artifact, open_place(str(wells)), tmp_path / "out", one_process, most_files=4)


def test_nothing_is_written_over(artifact: Artifact, wells: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(SetupError, match="nothing is written over"):
        rescore(artifact, open_place(str(wells)), tmp_path / "out", one_process)


def test_two_processes_do_not_work_at_one_place(artifact: Artifact, wells: Path, tmp_path: Path) -> None:
    place = open_place(str(wells))

    def second(artifact: Artifact, place: PicturePlace, chunks: Sequence[Chunk]) -> Iterator[tuple[int, Any]]:
        with pytest.raises(SetupError, match="another process works at"):
            rescore(artifact, place, tmp_path / "out", one_process)
        return one_process(artifact, place, chunks)

    assert rescore(artifact, place, tmp_path / "out", second)["pictures"] == GOOD + LEAK


@pytest.mark.parametrize(("times", "told"), [(0, "were not judged"), (2, "came twice")])
def test_a_runner_that_loses_or_doubles_a_chunk_ends_the_job(
    artifact: Artifact, wells: Path, tmp_path: Path, times: int, told: str
) -> None:
    def careless(artifact: Artifact, place: PicturePlace, chunks: Sequence[Chunk]) -> Iterator[tuple[int, Any]]:
        judged = list(one_process(artifact, place, chunks))
        return iter(judged[1:] + judged[:1] * times)

    with pytest.raises(DataError, match=told):
        rescore(artifact, open_place(str(wells)), tmp_path / "out", careless, most_files=4)
    assert not (tmp_path / "out").exists()


def test_a_place_without_pictures_is_refused(tmp_path: Path) -> None:
    (tmp_path / "note.md").write_text("no picture")
    with pytest.raises(DataError, match="there are no pictures in"):
        open_place(str(tmp_path))


def test_what_the_service_could_not_read_is_judged_and_what_systems_hide_is_not(wells: Path) -> None:
    (wells / "x.bin").write_bytes(b"no picture")
    (wells / "._0.png").write_bytes(b"hidden")
    place = open_place(str(wells))
    assert [str(file.path) for file in place.files if file.path.suffix == ".bin"] == ["x.bin"]
    assert place.passed_over == {"hidden files": 1}


def test_keys_have_no_place_in_an_address() -> None:
    with pytest.raises(SetupError, match="leave keys out of the address"):
        open_place("s3://key:secret@bucket/wells")

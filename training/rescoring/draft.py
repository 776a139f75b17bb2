"""A result that grows beside its place, chunk by chunk, and takes that place when it is whole."""

import fcntl
import json
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from service.contract.errors import SetupError
from service.contract.stored_files.durable_file import flush
from training.dataset.whole_file import replacing

JOB, LOCK, WHOLE, SUMMARY = "job.json", "lock", "whole", "summary.json"
ROWS_A_FILE: Final = 250_000


@dataclass(frozen=True, slots=True)
class TableDraft:
    """The folder ``OUT.partial``: a Parquet file a finished chunk."""

    folder: Path
    out: Path

    def is_finished(self, number: int, rows: int) -> bool:
        """Whether a chunk is there, with so many rows."""
        try:
            return bool(pq.read_metadata(self._path(number)).num_rows == rows)
        except (OSError, pa.ArrowInvalid):
            return False

    def keep(self, number: int, table: pa.Table) -> None:
        """Write a finished chunk, whole or not at all."""
        with replacing(self._path(number)) as draft:
            pq.write_table(table, draft)

    def finish(self, chunks: int, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Bring all chunks into one table by picture, each once, and give it its place.

        Returns:
            the facts with what was counted, as ``summary.json`` has them.
        """
        rows = pa.concat_tables([pq.read_table(self._path(number)) for number in range(chunks)])
        table = by_picture(rows)
        counted = dict(facts) | _counts(rows, table)
        whole = self.folder / WHOLE
        shutil.rmtree(whole, ignore_errors=True)
        whole.mkdir()
        for number, start in enumerate(range(0, table.num_rows, ROWS_A_FILE)):
            path = whole / f"rows-{number:05}.parquet"
            pq.write_table(table.slice(start, ROWS_A_FILE), path)
            flush(path)
        (whole / SUMMARY).write_text(json.dumps(counted, indent=2) + "\n", encoding="utf-8")
        flush(whole)
        whole.rename(self.out)
        shutil.rmtree(self.folder)
        return counted

    def _path(self, number: int) -> Path:
        return self.folder / f"chunk-{number:06}.parquet"


def by_picture(rows: pa.Table) -> pa.Table:
    """Sort by picture, and keep of equal ones the first, with how many files show it; unreadable ones come last."""
    order = pc.sort_indices(rows["picture_id"]).to_numpy()
    ids = rows["picture_id"].to_numpy()[order]
    known = np.array([one is not None for one in ids], bool)
    first = np.ones(len(ids), bool)
    first[1:] = (ids[1:] != ids[:-1]) | ~known[1:]
    starts = np.append(np.flatnonzero(first), len(ids))
    return rows.take(order[first]).append_column("files", pa.array(np.diff(starts), pa.int64()))


def _counts(rows: pa.Table, table: pa.Table) -> dict[str, Any]:
    unreadable = table["picture_id"].null_count
    return {
        "files": rows.num_rows,
        "pictures": table.num_rows - unreadable,
        "unreadable_files": unreadable,
        "verdicts": dict(sorted(Counter(table["verdict"].to_pylist()).items())),
        "reasons": dict(sorted(Counter(table["reason"].to_pylist()).items())),
    }


@contextmanager
def opened(out: Path, job: Mapping[str, str]) -> Iterator[TableDraft]:
    """Begin a draft, or go on with that of the same job.

    Raises:
        SetupError: the place is taken, or another job's draft lies there, or another process works at it.
    """
    if out.exists():
        raise SetupError(f"{out} exists: name another --out, nothing is written over")
    folder = out.with_name(f"{out.name}.partial")
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise SetupError(f"another process works at {folder}: let it finish, or name another --out") from error
        _require_same(folder, job)
        yield TableDraft(folder, out)


def _require_same(folder: Path, job: Mapping[str, str]) -> None:
    path = folder / JOB
    if not path.exists():
        with replacing(path) as draft:
            draft.write_text(json.dumps(job), encoding="utf-8")
    try:
        found = json.loads(path.read_bytes())
    except ValueError:
        found = {}
    changed = [name for name, value in job.items() if found.get(name) != value]
    if changed:
        raise SetupError(
            f"{folder} was begun with other {' and '.join(changed)}: remove it to begin again, or name another --out"
        )


def names_of(chunks: Sequence[Sequence[Any]]) -> str:
    """What chunks hold, as one text to compare."""
    return "\n".join(f"{len(chunk)} {file.size} {file.path}" for chunk in chunks for file in chunk)

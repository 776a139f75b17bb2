"""Chunks judged by Ray Data: read and judged on many nodes, no faster than this process takes the rows.

What a node can read it judges in one task: no picture goes through the object store.

Import it once there is a connection: Ray reads the environment when it is imported itself.
"""

import logging
import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from pathlib import PurePosixPath
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import ray
from ray.data import DataContext, Datasource, ReadTask, read_datasource
from ray.data.block import BlockMetadata
from ray.util.annotations import RayDeprecationWarning

from service.contract.artifact import Artifact
from service.contract.errors import DataError
from service.contract.stored_files.stored_file import StoredFile
from training.cluster.code import code, require
from training.cluster.ray_pool import RETRIES, translated
from training.rescoring.place import PicturePlace
from training.rescoring.rescore import Chunk
from training.rescoring.rescorer import FileRescorer, packed, unpacked

Packed = ray.ObjectRef[dict[str, bytes]]
Read = Callable[[int, Sequence[StoredFile]], list[pa.Table]]
CHUNK: Final = "chunk"
READ: Final = pa.schema(
    [
        (CHUNK, pa.int64()),
        ("file", pa.string()),
        ("size", pa.int64()),
        ("fault", pa.string()),
        ("content", pa.large_binary()),
    ]
)


class Chunks(Datasource):
    """A read task a chunk; it gives the pictures, or what was judged of them."""

    def __init__(self, chunks: Sequence[Chunk], read: Read, *, everywhere: bool) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Ray leaves it untyped
        self._chunks = chunks
        self._read = read
        self._everywhere = everywhere

    @property
    def supports_distributed_reads(self) -> bool:
        """Whether any node can read it."""
        return self._everywhere

    def estimate_inmemory_data_size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for _, files in self._chunks for file in files)

    def get_read_tasks(
        self,
        parallelism: int,  # noqa: ARG002  # a chunk is never divided
        per_task_row_limit: int | None = None,
        data_context: DataContext | None = None,  # noqa: ARG002  # there is nothing to choose
    ) -> list[ReadTask]:
        """One for each chunk."""
        return [
            ReadTask(
                partial(self._read, number, files),
                BlockMetadata(len(files), sum(file.size for file in files), None),
                per_task_row_limit=per_task_row_limit,
            )
            for number, files in self._chunks
        ]


def judged_by_ray(
    artifact: Artifact, place: PicturePlace, chunks: Sequence[Chunk], *, one_machine: bool
) -> Iterator[tuple[int, pa.Table]]:
    """Judge chunks on all nodes; what is lost with a worker is done again.

    Raises:
        LeakInspectionError: a worker's, or FitFailed where Ray gives up.
    """
    if not chunks:
        return
    context = DataContext.get_current()
    context.enable_progress_bars = False
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    job = code(), artifact.id, ray.put(packed(artifact))
    everywhere = place.everywhere or one_machine
    source = Chunks(chunks, partial(_read_and_judged, *job) if everywhere else _read, everywhere=everywhere)
    with warnings.catch_warnings():
        # No named parameter of 2.60 bounds the retries, which have no end by default; with an option that the reading
        # has not, the judging is also no part of it, and so not bound to the machine that can read.
        warnings.simplefilter("ignore", RayDeprecationWarning)
        options = {"max_retries": RETRIES} if everywhere else None
        judged = read_datasource(source, override_num_blocks=len(chunks), ray_remote_args=options)
        if not everywhere:
            judged = judged.map_batches(
                partial(_judged, *job),
                batch_size=None,
                batch_format="pyarrow",
                zero_copy_batch=True,
                max_retries=RETRIES,
            )
    try:
        yield from _whole(judged.iter_batches(batch_size=None, batch_format="pyarrow"), chunks)
    except ray.exceptions.RayError as error:
        raise translated(error) from error


def _read(number: int, files: Sequence[StoredFile]) -> list[pa.Table]:
    rows = []
    for file in files:
        row = {CHUNK: number, "file": str(file.path), "size": file.size, "fault": file.fault, "content": b""}
        try:
            row["content"] = b"" if file.fault else file.read()
        except (OSError, DataError) as error:
            row["fault"] = str(error)
        rows.append(row)
    return [pa.Table.from_pylist(rows, READ)]


def _judged(expected: str, artifact: str, packed_files: Packed, block: pa.Table) -> pa.Table:
    stored = [
        StoredFile(PurePosixPath(file.as_py()), size.as_py(), content.as_py, fault.as_py())
        for file, size, fault, content in zip(*(block[name] for name in READ.names[1:]), strict=True)
    ]
    return _table(expected, artifact, packed_files, stored).append_column(CHUNK, block[CHUNK])


def _read_and_judged(
    expected: str, artifact: str, packed_files: Packed, number: int, files: Sequence[StoredFile]
) -> list[pa.Table]:
    numbers = pa.array([number] * len(files), pa.int64())
    return [_table(expected, artifact, packed_files, files).append_column(CHUNK, numbers)]


def _table(expected: str, artifact: str, packed_files: Packed, files: Sequence[StoredFile]) -> pa.Table:
    require(expected)
    return _rescorer(artifact, packed_files).table(files)


@cache
def _rescorer(artifact: str, files: Packed) -> FileRescorer:
    """Opened once in each worker."""
    return unpacked(artifact, ray.get(files))


def _whole(blocks: Iterator[pa.Table], chunks: Sequence[Chunk]) -> Iterator[tuple[int, pa.Table]]:
    """Yield chunks when all their rows are there, whatever blocks Ray made of them."""
    missing = {number: len(files) for number, files in chunks}
    parts: dict[int, list[pa.Table]] = {}
    for block in blocks:
        for number in block[CHUNK].unique().to_pylist():
            rows = block.filter(pc.equal(block[CHUNK], number)).drop_columns([CHUNK])
            parts.setdefault(number, []).append(rows)
            missing[number] -= rows.num_rows
            if missing[number] == 0:
                yield number, pa.concat_tables(parts.pop(number))

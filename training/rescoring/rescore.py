"""The whole job: what is there, in chunks, by one process or many, into one table."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from service.contract.artifact import Artifact, sha256_hex
from service.contract.errors import DataError
from service.contract.stored_files.stored_file import StoredFile
from training.cluster.code import code
from training.dataset.progress import SILENT, Progress
from training.rescoring.draft import names_of, opened
from training.rescoring.place import PicturePlace
from training.rescoring.rescorer import open_rescorer

MOST_FILES: Final = 2048
MOST_BYTES: Final = 32 * 1024 * 1024
"""About a second of work: what handing out a chunk takes does not count then."""

Chunk = tuple[int, Sequence[StoredFile]]
"""Files that are read and judged together, and their number in the listing."""

Runner = Callable[[Artifact, PicturePlace, Sequence[Chunk]], Iterator[tuple[int, pa.Table]]]
"""Judges chunks in any order; who else can do that can take the place of one process."""


def rescore(
    artifact: Artifact,
    place: PicturePlace,
    out: Path,
    runner: Runner,
    progress: Progress = SILENT,
    most_files: int = MOST_FILES,
) -> Mapping[str, Any]:
    """Judge every picture of a place once, and write the table; what was finished before is not judged again.

    Args:
        artifact: judges.
        place: of the pictures.
        out: the folder to make.
        runner: judges the chunks.
        progress: shows them.
        most_files: of a chunk.

    Raises:
        SetupError: ``out`` is taken, or has the draft of another job.
        DataError: the runner lost or doubled something.
    """
    chunks = list(enumerate(chunked(place.files, most_files)))
    listing = sha256_hex(names_of([files for _, files in chunks]).encode())
    job = {"pictures": listing, "artefact": artifact.sha256, "software": code()}
    with opened(out, job) as draft:
        remaining = [chunk for chunk in chunks if not draft.is_finished(chunk[0], len(chunk[1]))]
        if len(remaining) < len(chunks):
            progress.note(f"{len(chunks) - len(remaining)} of {len(chunks)} chunks were finished before: resuming")
        expected = {number: len(files) for number, files in remaining}
        for number, table in progress.track(runner(artifact, place, remaining), "judging pictures", len(remaining)):
            if expected.pop(number, -1) != table.num_rows:
                raise DataError(f"chunk {number} came twice or not whole: run the same command again")
            draft.keep(number, table)
        if expected:
            raise DataError(f"{len(expected)} chunks were not judged: the same command goes on with them")
        return draft.finish(len(chunks), _facts(artifact, place))


def one_process(artifact: Artifact, place: PicturePlace, chunks: Sequence[Chunk]) -> Iterator[tuple[int, pa.Table]]:  # noqa: ARG001  # a runner's
    """Judge one chunk after the other, here."""
    rescorer = open_rescorer(artifact)
    for number, files in chunks:
        yield number, rescorer.table(files)


def chunked(files: Sequence[StoredFile], most_files: int = MOST_FILES) -> Iterator[list[StoredFile]]:
    """Cut a listing: the same for the same files, since a score depends in its last bits on its company."""
    chunk: list[StoredFile] = []
    size = 0
    for file in files:
        if chunk and (len(chunk) == most_files or size + file.size > MOST_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(file)
        size += file.size
    if chunk:
        yield chunk


def _facts(artifact: Artifact, place: PicturePlace) -> dict[str, Any]:
    return {
        "artifact": artifact.id,
        "artifact_sha256": artifact.sha256,
        "threshold": artifact.manifest.threshold.value,
        "place": place.name,
        "finished_at": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "passed_over": dict(place.passed_over),
    }

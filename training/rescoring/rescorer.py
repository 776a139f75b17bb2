"""Pictures in files become rows: decoded, gated and scored as the service does, and what fails says why."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pyarrow as pa

from service.contract.artifact import Artifact, open_artifact, sha256_hex
from service.contract.decision import Reason, Verdict
from service.contract.detector import Detection, Detector, bounded_runs, open_detector, pictures_at_once
from service.contract.errors import DataError, PictureError, PictureTooLarge, ScoringFailed
from service.contract.gate.gate import Gated
from service.contract.levels import Levels
from service.contract.picture import DEFAULT_MAX_PIXELS, Pixels, decode, read_header
from service.contract.stored_files.stored_file import StoredFile

Row = dict[str, Any]

FILE_UNREADABLE: Final = "file_unreadable"
SCORING_FAILED: Final = "scoring_failed"
"""What the service would answer with an error, and no decision."""

SCHEMA: Final = pa.schema(
    [
        pa.field("picture_id", pa.string(), metadata={"is": "sha256 of the file; null where it could not be read"}),
        ("file", pa.string()),
        ("size_bytes", pa.int64()),
        ("width", pa.int32()),
        ("height", pa.int32()),
        ("verdict", pa.string()),
        ("reason", pa.string()),
        ("score", pa.float64()),
        ("threshold", pa.float64()),
        ("artifact", pa.string()),
        ("error", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class FileRescorer:
    """One artefact, opened; equal files in equal company get equal rows."""

    artifact: str
    detector: Detector
    levels: Levels | None

    def table(self, files: Sequence[StoredFile]) -> pa.Table:
        """A row a file, in their order."""
        step = pictures_at_once(self.detector.input)
        rows = [row for start in range(0, len(files), step) for row in self._rows(files[start : start + step])]
        return pa.Table.from_pylist(rows, SCHEMA)

    def _rows(self, files: Sequence[StoredFile]) -> list[Row]:
        rows = [self._unknown(file) for file in files]
        usable: list[Row] = []
        gated: list[Gated] = []
        for run in bounded_runs(self._decoded(files, rows, usable)):
            gated += self.detector.gate.judge_all(run)
        for row, detection in zip(usable, self._detections(gated), strict=True):
            row.update(_outcome(detection))
        return rows

    def _unknown(self, file: StoredFile) -> Row:
        """What is said of a picture until more is known."""
        known = {"file": str(file.path), "threshold": self.detector.threshold.value, "artifact": self.artifact}
        return known | {"verdict": Verdict.UNKNOWN.value, "reason": FILE_UNREADABLE, "error": file.fault or None}

    def _decoded(self, files: Sequence[StoredFile], rows: Sequence[Row], usable: list[Row]) -> Iterator[Pixels]:
        """Yield the pictures that the gate is to see, and note whose they are."""
        for file, row in zip(files, rows, strict=True):
            picture = None if file.fault else self._picture(file.read, row)
            if picture is not None:
                usable.append(row)
                yield picture

    def _picture(self, read: Callable[[], bytes], row: Row) -> Pixels | None:
        """Decode what the size in the header does not rule out; says in the row why there is nothing to see."""
        try:
            data = read()
            row |= {"picture_id": sha256_hex(data), "size_bytes": len(data)}
            header = read_header(data)
            row |= {"width": header.width, "height": header.height}
            if header.pixels <= DEFAULT_MAX_PIXELS and not self.detector.gate.accepts(header):
                row["reason"] = Reason.INPUT_SIZE.value
                return None
            return decode(data, header=header, levels=self.levels)
        except PictureTooLarge as error:
            row |= {"reason": Reason.INPUT_TOO_LARGE.value, "error": str(error)}
        except PictureError as error:
            row |= {"reason": Reason.INPUT_UNDECODABLE.value, "error": str(error)}
        except (OSError, DataError) as error:
            row["error"] = str(error)
        return None

    def _detections(self, gated: Sequence[Gated]) -> list[Detection | ScoringFailed]:
        """Judge together; where that fails, each alone, so that it fails for itself."""
        try:
            return list(self.detector.judge_gated(gated))
        except ScoringFailed as error:
            if len(gated) == 1:
                return [error]
            return [found for one in gated for found in self._detections([one])]


def _outcome(found: Detection | ScoringFailed) -> Row:
    if isinstance(found, ScoringFailed):
        return {"reason": SCORING_FAILED, "error": str(found)}
    return {"verdict": found.verdict.value, "reason": found.reason.value, "score": found.score}


def open_rescorer(artifact: Artifact) -> FileRescorer:
    """Open an artefact, with one thread a process."""
    return FileRescorer(artifact.id, open_detector(artifact), artifact.manifest.levels)


def packed(artifact: Artifact) -> dict[str, bytes]:
    """The files of an artefact, to take it where its folder is not."""
    names = ["manifest.json", *artifact.manifest.files]
    return {name: (artifact.folder / name).read_bytes() for name in names}


def unpacked(name: str, files: dict[str, bytes]) -> FileRescorer:
    """Open what was packed, verified again."""
    with TemporaryDirectory() as folder:
        for file, content in files.items():
            path = Path(folder) / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return open_rescorer(open_artifact(Path(folder) / name))

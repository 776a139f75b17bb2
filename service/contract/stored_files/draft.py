"""A new artefact's folder: complete and durable under its own name, or not there at all."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from service.contract.artifact import MANIFEST, open_artifact, sha256_hex
from service.contract.errors import ArtifactError, ExportRefused
from service.contract.stored_files.durable_file import flush


class Draft:
    """A hidden folder beside the finished artefacts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, data: bytes) -> None:
        """Write a file and wait until it is on the disk."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())

    def checksums(self) -> dict[str, str]:
        """The sha256 of every file by its relative path, without the manifest."""
        files = sorted(path for path in self.folder.rglob("*") if path.is_file() and path.name != MANIFEST)
        return {path.relative_to(self.folder).as_posix(): sha256_hex(path.read_bytes()) for path in files}

    def publish(self, artifact: str) -> Path:
        """Rename the folder to the artefact's id; one that already stands there whole is kept as it is."""
        target = self.folder.parent / artifact
        if target.exists():
            _require_whole(target)
            return target
        _sync_folders(self.folder)
        self.folder.rename(target)
        flush(target.parent)
        return target


@contextmanager
def drafted(root: Path) -> Iterator[Draft]:
    """Open a draft below ``root``; whatever happens, nothing of it stays under its hidden name.

    Raises:
        ExportRefused: the disk is full or may not be written.
    """
    folder = root / f".draft-{uuid4().hex}"  # no other draft's, of this process or of one that was killed
    try:
        folder.mkdir(parents=True)
        yield Draft(folder)
    except OSError as error:
        raise ExportRefused(f"{root} cannot be written ({error.strerror}): nothing was written there") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _require_whole(folder: Path) -> None:
    try:
        open_artifact(folder)
    except ArtifactError as error:
        raise ExportRefused(f"{folder} is in the way and damaged ({error}): move it away") from error


def _sync_folders(folder: Path) -> None:
    for path in (*(path for path in folder.rglob("*") if path.is_dir()), folder):
        flush(path)

"""Pictures on disk: ``<verdict>/<hour>/<first two digits>/<sha256>.<type>`` below one folder.

A picture's name is its content. The verdict and the hour (UTC, of ``received_at``) stand before it so that old
pictures are found, counted and deleted by folder, and so that replicas may share the folder without an index.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from service.contract.artifact import sha256_hex
from service.contract.decision import Decision, Verdict
from service.contract.errors import PictureGone
from service.contract.header.header import JPEG_START, PNG_START
from service.contract.stored_files.durable_file import flush

SUFFIXES = {".jpg": "image/jpeg", ".png": "image/png", ".bin": "application/octet-stream"}
HOUR = "%Y-%m-%dT%H"


class Picture(NamedTuple):
    """A picture as it was sent; ``application/octet-stream`` is what could not be read as one."""

    data: bytes
    media_type: str


class ArchiveFolder:
    """Writes and reads pictures; blocking, safe in any thread and from several processes."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def place(self, decision: Decision) -> Path:
        """Where the picture of a decision lies, without its type."""
        hour = decision.received_at.strftime(HOUR)
        return self.root / decision.verdict.value / hour / decision.image_sha256[:2] / decision.image_sha256

    def write(self, decision: Decision, data: bytes) -> int:
        """Write a picture unless it is there, that of a leak down to the disk; return the bytes that were written.

        Raises:
            OSError: it cannot be written; nothing half-written is left under its name.
        """
        path = self.place(decision).with_suffix(_suffix(data))
        if path.exists():
            return 0
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(f".{os.getpid()}.tmp")
        with temporary.open("wb") as file:
            file.write(data)
            if decision.verdict is Verdict.LEAK:
                file.flush()
                os.fsync(file.fileno())
        temporary.replace(path)
        if decision.verdict is Verdict.LEAK:
            flush(path.parent)
        return len(data)

    def read(self, decision: Decision) -> Picture:
        """Read the picture of a decision.

        Raises:
            PictureGone: it was not kept, has been deleted, cannot be read or is not what it was.
        """
        for suffix, media_type in SUFFIXES.items():
            try:
                data = self.place(decision).with_suffix(suffix).read_bytes()
            except OSError:
                continue
            if sha256_hex(data) != decision.image_sha256:
                raise PictureGone("the picture on disk is damaged: it is not the one that was judged")
            return Picture(data, media_type)
        raise PictureGone("the picture of this decision is not there: it was not chosen, or has been deleted since")

    def hours(self, verdict: Verdict) -> Iterator[Path]:
        """The folders of the hours with pictures of a verdict, oldest first."""
        folder = self.root / verdict.value
        return iter(sorted(folder.iterdir())) if folder.is_dir() else iter(())


def _suffix(data: bytes) -> str:
    if data.startswith(JPEG_START):
        return ".jpg"
    return ".png" if data.startswith(PNG_START) else ".bin"

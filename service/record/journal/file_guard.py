"""Whether the journal's files are still those that were opened, and what becomes of a journal that cannot be read."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

HEADER = b"SQLite format 3\0"
PAGE_SIZE, PAGE_COUNT = slice(16, 18), slice(28, 32)
"""Where SQLite's header holds them, big-endian; a page size of 1 means 65,536."""
BESIDE = ("-wal", "-shm")
DAMAGED = "damaged"


class FileLoss(NamedTuple):
    """What has happened to the files; ``readable`` says that an open connection still has all their content."""

    text: str
    readable: bool


class FileGuard:
    """Notices that a journal was removed, replaced, cut or overwritten while it is written.

    Its descriptor is open from before the first connection until after the last: closing one drops every lock that
    this process has on the file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self._size = 0
        self._beside: dict[Path, tuple[int, int] | None] = {}

    def connected(self) -> None:
        """Remember the files that a new connection has opened beside the journal."""
        self._beside = {path: _identity(path) for path in beside(self._path)}

    def loss(self) -> FileLoss | None:
        """Look at the files: a few microseconds."""
        own = os.fstat(self._descriptor)
        if _identity(self._path) != (own.st_dev, own.st_ino):
            return FileLoss("was removed or replaced", readable=True)
        if own.st_size < self._size or os.pread(self._descriptor, len(HEADER), 0) != HEADER:
            return FileLoss("was cut or overwritten", readable=False)
        self._size = own.st_size
        for path, identity in self._beside.items():
            if _identity(path) != identity:
                return FileLoss(f"has lost {path.name}", readable=True)
        return None

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._descriptor)


def beside(path: Path) -> list[Path]:
    """Name the files that SQLite keeps beside a journal."""
    return [path.with_name(path.name + suffix) for suffix in BESIDE]


def is_whole(path: Path) -> bool:
    """Say whether a journal that nobody writes is as long as its header says; one that does not exist yet is.

    What was damaged within shows only when it is read.
    """
    try:
        with path.open("rb") as file:
            header = file.read(100)
            size = os.fstat(file.fileno()).st_size
    except FileNotFoundError:
        return not any(each.exists() and each.stat().st_size for each in beside(path))
    page_size = int.from_bytes(header[PAGE_SIZE]) % 65_535 or 65_536
    return header.startswith(HEADER) and size >= int.from_bytes(header[PAGE_COUNT]) * page_size


def set_aside(path: Path) -> Path:
    """Give a journal that cannot be read another name, so that a new one can begin; nothing of it is changed."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    aside = path.with_name(f"{path.stem}-{DAMAGED}-{stamp}{path.suffix}")
    for old, new in zip((path, *beside(path)), (aside, *beside(aside)), strict=True):
        if old.exists():
            old.replace(new)
    return aside


def damaged_journals(path: Path) -> list[Path]:
    """List what was set aside, now or at an earlier start."""
    found = path.parent.glob(f"{path.stem}-{DAMAGED}-*")
    return sorted(each for each in found if not each.name.endswith("-shm"))  # that holds nothing that was written


def _identity(path: str | Path) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116  # takes half the time of Path.stat
    except OSError:
        return None
    return found.st_dev, found.st_ino

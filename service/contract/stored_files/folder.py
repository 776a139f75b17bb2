"""The files of a folder, through links too."""

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path, PurePosixPath

from service.contract.errors import DataError
from service.contract.stored_files.stored_file import MAX_FILE_BYTES, StoredFile, nothing, printable

Identity = tuple[int, int]


def folder_files(root: Path) -> Iterator[StoredFile]:
    """Yield every file below a folder; linked folders are walked, but none that lies above itself."""
    yield from _walk(root, root, ())


def _walk(root: Path, folder: Path, above: tuple[Identity, ...]) -> Iterator[StoredFile]:
    status = folder.stat()
    me = (status.st_dev, status.st_ino)
    if me in above:
        return  # a link to a folder that holds it
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield _faulty(root, folder / "?", f"cannot be listed ({error.strerror}): check its permissions")
        return
    for entry in entries:
        path = folder / entry.name
        if entry.is_dir():
            yield from _walk(root, path, (*above, me))
        else:
            yield _file(root, path)


def _file(root: Path, path: Path) -> StoredFile:
    try:
        status = path.stat()
    except OSError:
        return _faulty(root, path, "is a link that leads nowhere: copy the file itself")
    if not path.is_file():
        return _faulty(root, path, "is no ordinary file")
    if status.st_size > MAX_FILE_BYTES:
        return _faulty(root, path, f"is larger than {MAX_FILE_BYTES} bytes")
    return StoredFile(_below(root, path), status.st_size, partial(_read, root, path))


def _read(root: Path, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        place = _below(root, path)
        raise DataError(
            f"{place} vanished from {printable(str(root))} while it was read: leave the folder alone"
        ) from error


def _below(root: Path, path: Path) -> PurePosixPath:
    return PurePosixPath(printable(path.relative_to(root).as_posix()))


def _faulty(root: Path, path: Path, fault: str) -> StoredFile:
    return StoredFile(_below(root, path), 0, nothing, fault)

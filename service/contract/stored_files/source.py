"""Opens a folder or an archive, whichever lies there, by its content."""

import bz2
import gzip
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Final

from service.contract.errors import DataError
from service.contract.stored_files.file_names import is_picture
from service.contract.stored_files.folder import folder_files
from service.contract.stored_files.stored_file import StoredFile, printable
from service.contract.stored_files.tar_archive import Wanted, tar_files
from service.contract.stored_files.zip_archive import zip_files

Opener = Callable[[Path], Any]
EXPECTED: Final = (
    "expected is a folder, .zip, .tar, .tar.gz or .tar.xz with good pictures in train/ (or good/) and leaks in proliv/ "
    "(or leak/), or another layout of docs/training.md; as JPEG, PNG, BMP, TIFF or WebP"
)
LISTS: Final = frozenset({".csv", ".tsv", ".txt"})
_ZIP_START: Final = b"PK"
_OPENERS: Final[Mapping[bytes, Opener]] = {b"\x1f\x8b": gzip.open, b"\xfd7zXZ": lzma.open, b"BZh": bz2.open}


def files_of(root: Path, wanted: Wanted | None = None) -> list[StoredFile]:
    """List files below a folder or in an archive, in the order of their paths.

    Args:
        root: the folder or archive.
        wanted: which files; by default pictures and lists of labels.

    Raises:
        DataError: nothing there, no folder nor archive, or damaged.
    """
    name, wanted = printable(str(root)), wanted or _is_wanted
    if root.is_dir():
        files = [file for file in folder_files(root) if wanted(file.path) or file.fault]
    elif not root.exists():
        raise DataError(f"{name} does not exist: {EXPECTED}")
    else:
        files = _from_archive(root, name, wanted)
    return sorted(files, key=lambda file: file.path)


def _from_archive(root: Path, name: str, wanted: Wanted) -> list[StoredFile]:
    try:
        with root.open("rb") as file:
            start = file.read(512)
        if start.startswith(_ZIP_START):
            return zip_files(root, wanted)
        opener = next((one for mark, one in _OPENERS.items() if start.startswith(mark)), None)
        if opener is None and not _is_tar(start):
            raise DataError(f"{name} is neither a folder nor an archive: {EXPECTED}")
        with opener(root) if opener else root.open("rb") as stream:
            return tar_files(stream, wanted)
    except (tarfile.TarError, zipfile.BadZipFile, lzma.LZMAError, zlib.error, EOFError, OSError) as error:
        raise DataError(f"{name} is damaged or no archive of files ({error}): copy it again") from error


def _is_tar(start: bytes) -> bool:
    try:
        tarfile.TarInfo.frombuf(start, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


def _is_wanted(path: PurePosixPath) -> bool:
    return is_picture(path) or path.suffix.lower() in LISTS

"""The bytes of a data folder or archive, file by file."""

import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from service.contract.errors import DataError
from training.dataset.layout import ANNOTATION, EXPECTED, place_of

ARCHIVES = (".tar.gz", ".tgz", ".tar")
MAX_FILE_BYTES = 256 * 1024 * 1024


class SourceFile(NamedTuple):
    """A file's place below the root and its content, or the fault that kept it from being read."""

    path: PurePosixPath
    data: bytes
    fault: str = ""


def _is_wanted(path: PurePosixPath) -> bool:
    return path.name == ANNOTATION or place_of(path) is not None


Wanted = Callable[[PurePosixPath], bool]


def read_files(root: Path, wanted: Wanted = _is_wanted) -> Iterator[SourceFile]:
    """Yield files below a folder or in a tar archive, in the order of their paths: pictures and annotations.

    Raises:
        DataError: nothing there, no folder nor archive, damaged, or changed while it was read.
    """
    if root.is_dir():
        yield from _from_folder(root, wanted)
    elif not root.exists():
        raise DataError(f"{root} does not exist: {EXPECTED}")
    elif root.name.lower().endswith(ARCHIVES):
        yield from _from_archive(root, wanted)
    else:
        raise DataError(f"{root} is neither a folder nor a .tar.gz: {EXPECTED}")


def _from_folder(root: Path, wanted: Wanted) -> Iterator[SourceFile]:
    files = {PurePosixPath(file.relative_to(root).as_posix()): file for file in root.rglob("*") if file.is_file()}
    for path in sorted(path for path in files if wanted(path)):
        try:
            yield SourceFile(path, files[path].read_bytes())
        except FileNotFoundError as error:
            raise DataError(f"{path} vanished from {root} while it was read: leave the folder alone") from error
        except OSError as error:
            yield SourceFile(path, b"", f"cannot be read ({error.strerror}): check its permissions")


def _from_archive(root: Path, wanted: Wanted) -> Iterator[SourceFile]:
    try:
        with tarfile.open(root) as archive:
            files = sorted(_members(archive, wanted))
    except (tarfile.TarError, EOFError, OSError) as error:
        raise DataError(f"{root} is damaged or no tar archive ({error}): copy it again") from error
    yield from files


def _members(archive: tarfile.TarFile, wanted: Wanted) -> Iterator[SourceFile]:
    for member in archive:
        path = PurePosixPath(member.name)
        if member.isfile() and member.size <= MAX_FILE_BYTES and wanted(path):
            content = archive.extractfile(member)
            if content is not None:
                yield SourceFile(path, content.read())

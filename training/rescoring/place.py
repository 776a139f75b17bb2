"""Where pictures lie: a folder (that of the service's archive too), an archive file, or a store that speaks S3."""

import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache, partial
from pathlib import Path, PurePosixPath
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from pyarrow import fs

from service.contract.errors import DataError, SetupError
from service.contract.stored_files.file_names import is_picture, why_passed_over
from service.contract.stored_files.source import files_of
from service.contract.stored_files.stored_file import MAX_FILE_BYTES, StoredFile, nothing, printable

S3: Final = "s3://"
UNREADABLE: Final = ".bin"
"""How the service's archive calls what could not be read as a picture."""


class PicturePlace(NamedTuple):
    """Pictures in the order of their paths; files that are none by their names, counted by why.

    ``everywhere`` says that any machine can read it.
    """

    name: str
    files: Sequence[StoredFile]
    passed_over: Counter[str]
    everywhere: bool


def open_place(place: str) -> PicturePlace:
    """List the pictures of a place; each is read when it is asked for.

    Raises:
        DataError: nothing is there, or nothing of ours.
        SetupError: the address is none, or the store refuses.
    """
    in_store = place.startswith(S3)
    found = _store_files(place) if in_store else _disk_files(Path(place))
    why = {file.path: why_passed_over(file.path) for file in found}
    files = [file for file in found if not why[file.path]]
    if not files:
        raise DataError(
            f"there are no pictures in {printable(place)}: name a folder, an archive, or s3://BUCKET/FOLDER"
        )
    return PicturePlace(printable(place), files, Counter(filter(None, why.values())), everywhere=in_store)


def _wanted(path: PurePosixPath) -> bool:
    return is_picture(path) or path.suffix == UNREADABLE


def _disk_files(root: Path) -> Iterable[StoredFile]:
    if root.is_dir():
        return files_of(root, _wanted)
    files = _archive(root)  # a file of it travels to other processes by its name, and is opened there again
    return [file if file.fault else file._replace(read=partial(_member, root, file.path)) for file in files.values()]


@lru_cache(maxsize=1)
def _archive(root: Path) -> dict[PurePosixPath, StoredFile]:
    return {file.path: file for file in files_of(root, _wanted)}


def _member(root: Path, path: PurePosixPath) -> bytes:
    try:
        return _archive(root)[path].read()
    except (KeyError, zlib.error) as error:
        raise DataError(f"{path} of {printable(str(root))} is damaged, or no longer there") from error


def _store_files(address: str) -> list[StoredFile]:
    if urlsplit(address).username is not None or "@" in urlsplit(address).netloc:
        raise SetupError("leave keys out of the address: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
    try:
        store, folder = _store(address)
        entries = store.get_file_info(fs.FileSelector(folder, recursive=True))
    except (OSError, ValueError) as error:
        raise SetupError(f"{address} cannot be listed ({error}): check address, keys and network") from error
    files = [entry for entry in entries if entry.type is fs.FileType.File]
    found = [_store_file(address, folder, entry) for entry in files]
    return sorted((file for file in found if _wanted(file.path)), key=lambda file: file.path)


def _store_file(address: str, folder: str, entry: fs.FileInfo) -> StoredFile:
    path = PurePosixPath(entry.path).relative_to(folder)
    if entry.size > MAX_FILE_BYTES:
        return StoredFile(path, 0, nothing, f"is larger than {MAX_FILE_BYTES} bytes")
    return StoredFile(path, entry.size, partial(_object, address, entry.path))


@lru_cache(maxsize=1)
def _store(address: str) -> tuple[fs.FileSystem, str]:
    store, folder = fs.FileSystem.from_uri(address)
    return store, folder


def _object(address: str, path: str) -> bytes:
    """Read one of the store's objects; one that is gone says nothing of the others, any other error does.

    Raises:
        FileNotFoundError: it is gone.
        SetupError: the store does not answer, or refuses.
    """
    try:
        with _store(address)[0].open_input_file(path) as file:
            return bytes(file.read())
    except FileNotFoundError:
        raise
    except OSError as error:
        raise SetupError(f"{path} cannot be read ({error}): check keys and network") from error

"""The files of a zip archive."""

import stat
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Final

from service.contract.errors import DataError
from service.contract.stored_files.links import Links
from service.contract.stored_files.stored_file import MAX_FILE_BYTES, StoredFile, nothing, printable, text_of

ENCRYPTED: Final = 0x1
UTF_8_NAME: Final = 0x800
MOST_TARGET_BYTES: Final = 4096

Wanted = Callable[[PurePosixPath], bool]


def zip_files(root: Path, wanted: Wanted) -> list[StoredFile]:
    """Find the wanted files of an archive; each is read when it is asked for.

    Raises:
        BadZipFile, OSError: damaged.
        DataError: encrypted.
    """
    archive = zipfile.ZipFile(root)  # the files read from it later
    links = Links()
    found: dict[PurePosixPath, StoredFile] = {}
    for member in archive.infolist():
        path = PurePosixPath(_name(member))
        if stat.S_ISLNK(member.external_attr >> 16) and member.file_size <= MOST_TARGET_BYTES:
            links.add(path, path.parent, text_of(archive.read(member), str(path)))
        elif not member.is_dir() and wanted(path):
            if member.flag_bits & ENCRYPTED:
                raise DataError(f"{printable(str(root))} is encrypted: unpack it and name the folder")
            found[path] = _file(archive, member, path)
    return links.resolved(found, wanted)


def _file(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: PurePosixPath) -> StoredFile:
    if member.file_size > MAX_FILE_BYTES:
        return StoredFile(path, 0, nothing, f"is larger than {MAX_FILE_BYTES} bytes")

    def read() -> bytes:
        try:
            return archive.read(member)
        except (zipfile.BadZipFile, EOFError, NotImplementedError) as error:
            raise OSError(None, f"damaged in the archive: {error}") from error

    return StoredFile(path, member.file_size, read)


def _name(member: zipfile.ZipInfo) -> str:
    """Undo what the reader made of bytes that carry no mark of UTF-8: they are UTF-8 anyway, or Russian Windows'."""
    name = member.filename.replace("\\", "/")
    if member.flag_bits & UTF_8_NAME or name.isascii():
        return printable(name)
    try:
        data = name.encode("cp437")
    except UnicodeEncodeError:
        return printable(name)
    for encoding in ("utf-8", "cp866"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "utf-8" or all(sign.isascii() or "Ё" <= sign <= "ё" for sign in text):
            return printable(text)
    return printable(name)

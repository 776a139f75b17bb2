"""A file of a folder or an archive, with a name that can be printed whatever its bytes are."""

import os
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Final, NamedTuple

from service.contract.errors import DataError

MAX_FILE_BYTES: Final = 256 * 1024 * 1024


class StoredFile(NamedTuple):
    """A file's place below the root, its size in bytes, and how to read it; ``fault`` says why it cannot be."""

    path: PurePosixPath
    size: int
    read: Callable[[], bytes]
    fault: str = ""


def nothing() -> bytes:
    """What a file with a fault holds."""
    return b""


def printable(name: str) -> str:
    r"""Show bytes of a name that are no UTF-8 as ``\xff``: reports, JSON and pages take nothing else.

    >>> printable("well\udcff.jpg")
    'well\\xff.jpg'
    """
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def text_of(data: bytes, origin: str) -> str:
    """Decode a text file: UTF-8 with or without a byte order mark, UTF-16 with one; other bytes as in names.

    Raises:
        DataError: it has a mark of UTF-16 and is none.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise DataError(f"{origin} is damaged: save it as UTF-8") from error
    return data.decode("utf-8-sig", "backslashreplace")

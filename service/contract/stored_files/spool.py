"""Bytes that are written once and read in pieces: in memory, or on disk, without a name, where they are many."""

import os
import tempfile
import weakref
from collections.abc import Callable


class Spool:
    """Gone with the last of its readers; one thread at a time."""

    def __init__(self, in_memory_bytes: int) -> None:
        """Begin in memory, and go on on disk beyond so many bytes."""
        self._file = tempfile.SpooledTemporaryFile(max_size=in_memory_bytes)  # noqa: SIM115  # closed below
        weakref.finalize(self, self._file.close)

    def add(self, data: bytes) -> Callable[[], bytes]:
        """Append bytes, and return what reads them again."""
        start, size = self._file.seek(0, os.SEEK_END), len(data)
        self._file.write(data)

        def read() -> bytes:
            self._file.seek(start)
            return self._file.read(size)

        return read

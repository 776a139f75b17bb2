"""The pictures a simulated plant shows: read from a folder or a .tar.gz, good wells apart from leaks."""

import random
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Self

from service.contract.errors import SetupError

SUFFIXES = frozenset({".jpg", ".jpeg", ".png"})
LEAK_FOLDERS = frozenset({"proliv", "leak", "leaks"})


@dataclass(frozen=True, slots=True)
class Gallery:
    """Whole files in memory, in a random order that the seed fixes."""

    good: tuple[bytes, ...]
    leaks: tuple[bytes, ...]

    @classmethod
    def read(cls, source: Path, seed: int = 0) -> Self:
        """Read every JPEG and PNG below a folder or in a tar file; what lies in ``proliv`` or ``leak`` is a leak.

        Raises:
            SetupError: nothing is there, or no good well.
        """
        if not source.exists():
            raise SetupError(f"{source} does not exist: name a folder of crops, or a .tar.gz of one")
        good: list[bytes] = []
        leaks: list[bytes] = []
        for path, data in _files(source):
            (leaks if LEAK_FOLDERS & set(path.parts[:-1]) else good).append(data)
        if not good:
            raise SetupError(f"{source} holds no JPEG or PNG of a good well: name a folder of crops")
        order = random.Random(seed)  # noqa: S311  # an order of pictures is no secret
        order.shuffle(good)
        order.shuffle(leaks)
        return cls(tuple(good), tuple(leaks))


def _files(source: Path) -> Iterator[tuple[PurePath, bytes]]:
    if source.is_dir():
        for path in sorted(source.rglob("*")):
            if path.suffix.lower() in SUFFIXES:
                yield path.relative_to(source.parent), path.read_bytes()
        return
    try:
        with tarfile.open(source) as archive:
            for member in archive:
                if member.isfile() and PurePath(member.name).suffix.lower() in SUFFIXES:
                    file = archive.extractfile(member)
                    yield PurePath(member.name), file.read() if file else b""
    except tarfile.TarError as error:
        raise SetupError(f"{source} is neither a folder nor a tar file: name a folder of crops") from error

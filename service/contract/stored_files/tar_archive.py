"""The files of a tar archive, plain or compressed; a second archive behind the first belongs to it."""

import tarfile
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import IO, Final

from service.contract.stored_files.links import Links
from service.contract.stored_files.spool import Spool
from service.contract.stored_files.stored_file import MAX_FILE_BYTES, StoredFile, nothing, printable

BLOCK: Final = tarfile.BLOCKSIZE
IN_MEMORY_BYTES: Final = 128 * 1024 * 1024

Wanted = Callable[[PurePosixPath], bool]


def tar_files(stream: IO[bytes], wanted: Wanted) -> list[StoredFile]:
    """Read the wanted files of an archive into memory, or a file without a name where they are large.

    Args:
        stream: decompressed; is read from front to back, since compressed ones cannot be otherwise.
        wanted: which files will be read; the others are left out.

    Raises:
        TarError, EOFError, OSError: damaged.
    """
    spool = Spool(IN_MEMORY_BYTES)
    links = Links()
    found: dict[PurePosixPath, StoredFile] = {}
    for archive, member in _members(stream):
        path = PurePosixPath(printable(member.name))
        if member.issym():
            links.add(path, path.parent, printable(member.linkname))
        elif member.islnk():
            links.add(path, PurePosixPath(), printable(member.linkname))
        elif member.isfile() and wanted(path):
            found[path] = _spooled(archive, member, path, spool)
    return links.resolved(found, wanted)


def _members(stream: IO[bytes]) -> Iterator[tuple[tarfile.TarFile, tarfile.TarInfo]]:
    """The members of an archive, and of those that were appended to it."""
    while True:
        archive = tarfile.open(fileobj=stream, mode="r:")  # noqa: SIM115  # closing it would close nothing of ours
        for member in archive:
            yield archive, member
            archive.members = []  # type: ignore[attr-defined]  # it would keep them all
        if not _is_more(stream):
            return


def _is_more(stream: IO[bytes]) -> bool:
    """Go behind the zeros at an archive's end, to the start of another one."""
    while block := stream.read(BLOCK):
        if block.strip(b"\0"):
            stream.seek(-len(block), 1)
            return True
    return False


def _spooled(archive: tarfile.TarFile, member: tarfile.TarInfo, path: PurePosixPath, spool: Spool) -> StoredFile:
    if member.size > MAX_FILE_BYTES:
        return StoredFile(path, 0, nothing, f"is larger than {MAX_FILE_BYTES} bytes")
    content = archive.extractfile(member)
    data = content.read() if content is not None else b""
    return StoredFile(path, len(data), spool.add(data))

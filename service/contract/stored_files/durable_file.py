"""Files that survive a crash: on the disk, and whole."""

import os
import threading
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from service.contract.errors import Unavailable


def write_durably(path: Path, text: str) -> None:
    """Replace a small file atomically: after a crash it holds the old text or the new one, never a part."""
    writer = f"{os.getpid()}.{threading.get_native_id()}"  # threads may write it at once
    temporary = path.with_name(f".{path.name}.{writer}")
    try:
        with temporary.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:  # on a full disk each try would leave one
        temporary.unlink(missing_ok=True)
    flush(path.parent)


def keep(path: Path, text: str) -> None:
    """Replace a small file of the data folder, as :func:`write_durably` does.

    Raises:
        Unavailable: it cannot be written; what it held stays.
    """
    try:
        write_durably(path, text)
    except OSError as error:
        raise Unavailable(f"{path} cannot be kept ({error.strerror}): see to the data folder") from error


def set_aside(path: Path) -> Path:
    """Give what cannot be read another name, as far as that can be done; returns it."""
    aside = path.with_name(f"{path.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")
    with suppress(OSError):
        path.replace(aside)
    return aside


def prove_writable(folder: Path) -> None:
    """Make a folder where there is none, and a file in it that is taken away again.

    Raises:
        OSError: nothing can be written there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    probe = folder / f".probe.{os.getpid()}"
    probe.touch()
    probe.unlink()


def flush(path: Path) -> None:
    """Wait until a file's content, or a folder's list of files, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

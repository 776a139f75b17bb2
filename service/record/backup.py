"""A copy of a journal that is being written: one consistent moment of it, in one file."""

import os
import sqlite3
from pathlib import Path
from typing import NamedTuple

from service.contract.errors import SetupError
from service.contract.stored_files.durable_file import flush
from service.record.journal.file import copy_journal


class Backup(NamedTuple):
    """What was copied: everything up to a sequence."""

    last_sequence: int
    bytes: int


def back_up(journal: Path, target: Path) -> Backup:
    """Copy a journal, from another process or the same; the copy appears whole or not at all.

    Writing goes on meanwhile; the journal's ``-wal`` file grows by what is written until the copy is done.

    Raises:
        SetupError: there is no journal, the target exists, or one of them cannot be read or written.
    """
    if not journal.is_file():
        raise SetupError(f"{journal} does not exist: name the data folder of the service")
    if target.exists():
        raise SetupError(f"{target} exists already: name a new file")
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        last_sequence = _copy(journal, temporary)
        flush(temporary)
        temporary.replace(target)
        flush(target.parent)
    except (sqlite3.Error, OSError) as error:
        raise SetupError(f"{journal} cannot be copied to {target}: {error}") from error
    finally:
        temporary.unlink(missing_ok=True)
    return Backup(last_sequence, target.stat().st_size)


def _copy(journal: Path, target: Path) -> int:
    source = sqlite3.connect(f"file:{journal}?mode=ro", uri=True)
    try:
        return copy_journal(source, target)
    finally:
        source.close()

"""The lock that keeps a second service away from a journal."""

import fcntl
import logging
import os
from pathlib import Path

from service.contract.errors import SetupError

logger = logging.getLogger(__name__)


class FolderLock:
    """Locks a file beside the journal and, as that may be removed, the folder too; until ``release``."""

    def __init__(self, journal: Path) -> None:
        self._places = ((journal.with_suffix(".lock"), os.O_RDWR | os.O_CREAT), (journal.parent, os.O_RDONLY))
        self._descriptors: list[int] = []

    def take(self) -> None:
        """Take the lock, unless it is held already.

        Raises:
            SetupError: another service holds it.
            OSError: the lock file cannot be made.
        """
        if self._descriptors:
            return
        try:
            for place, flags in self._places:
                self._descriptors.append(os.open(place, flags | os.O_CLOEXEC, 0o644))
                self._lock(place, self._descriptors[-1])
        except BlockingIOError as error:
            self.release()
            raise SetupError(f"another service writes to {place.parent}: give each its own data folder") from error

    def release(self) -> None:
        """Let another service have the journal."""
        for descriptor in self._descriptors:
            os.close(descriptor)
        self._descriptors = []

    @staticmethod
    def _lock(place: Path, descriptor: int) -> None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise
        except OSError as error:  # some network file systems lock no folders
            logger.warning("%s cannot be locked (%s): see to it that one service alone uses it", place, error.strerror)

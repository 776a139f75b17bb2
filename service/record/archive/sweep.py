"""What the archive may hold: ages by verdict and a cap on the whole; good wells go first, leaks last."""

import logging
import os
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from service.contract.decision import Verdict
from service.record.archive.folder import HOUR, ArchiveFolder
from service.record.clock import ClockReading, TimeRange
from service.record.database.entry_row import moment
from service.setting_groups import RetentionPolicy

DELETION_ORDER = (Verdict.NO_LEAK, Verdict.UNKNOWN, Verdict.LEAK)
BLOCK_BYTES = 4096
SETTLED_AFTER = timedelta(hours=2)
ROOM_SHARE = 0.05
HOUR_LENGTH = timedelta(hours=1)
HOURS_PER_SWEEP = 24

logger = logging.getLogger(__name__)


class Sweep:
    """Counts the archive and deletes what is too old or too much; blocking, for one thread at a time.

    For their age at most ``HOURS_PER_SWEEP`` of a verdict go at once: whatever goes wrong takes time to be seen. An
    hour that lies well back is counted once. Replicas that share the folder may sweep it at the same time.
    """

    def __init__(self, folder: ArchiveFolder, policy: RetentionPolicy) -> None:
        self._folder = folder
        self._policy = policy
        self._settled: dict[Path, int] = {}

    def __call__(self, reading: ClockReading) -> int:
        """Sweep once; return the bytes that remain."""
        sizes = {hour: self._size(hour, reading.now) for hour in self._kept_hours(reading)}
        self._settled = {hour: size for hour, size in self._settled.items() if hour in sizes}
        total = sum(sizes.values())
        most = self._policy.max_bytes
        if most is not None and total > most:
            total -= self._make_room(list(sizes), total - int(most * (1 - ROOM_SHARE)))
        return total

    def _kept_hours(self, reading: ClockReading) -> Iterator[Path]:
        """Yield hours in the order of deletion; delete those that are too old."""
        for verdict in DELETION_ORDER:
            old = [_hours_within(dates) for dates in reading.older_than(self._policy.days[verdict])]
            left = HOURS_PER_SWEEP
            for hour in self._folder.hours(verdict):
                if left > 0 and any(first <= hour.name < last for first, last in old):
                    shutil.rmtree(hour, ignore_errors=True)
                    left -= 1
                else:
                    yield hour

    def _size(self, hour: Path, now: datetime) -> int:
        known = self._settled.get(hour)
        if known is not None:
            return known
        size = sum(_folder_size(part) for part in _parts(hour))
        if hour.name < (now - SETTLED_AFTER).strftime(HOUR):
            self._settled[hour] = size
        return size

    def _make_room(self, hours: list[Path], wanted: int) -> int:
        freed = 0
        for hour in hours:
            for part in _parts(hour):
                if freed >= wanted:
                    logger.info("deleted %d bytes of pictures to stay below the cap", freed)
                    return freed
                size = _folder_size(part)
                shutil.rmtree(part, ignore_errors=True)
                freed += size
                if hour in self._settled:
                    self._settled[hour] -= size
        return freed


def _hours_within(dates: TimeRange) -> tuple[str, str]:
    """The names of hours that lie wholly within a range: from the first to the one behind the last."""
    whole = moment(dates.since) + HOUR_LENGTH - timedelta(microseconds=1)
    return whole.strftime(HOUR), moment(dates.before).strftime(HOUR)


def _parts(hour: Path) -> list[Path]:
    return sorted(hour.iterdir()) if hour.is_dir() else []


def _folder_size(folder: Path) -> int:
    try:
        with os.scandir(folder) as files:
            return sum(-(-file.stat().st_size // BLOCK_BYTES) * BLOCK_BYTES for file in files)
    except OSError:  # another replica deletes it just now
        return 0

"""How many processes may work side by side: by the processors and the memory that this process may use.

A container sees all processors of its host; what it may use of them stands in its control group.
"""

import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

PROCESS_BYTES: Final = 1_000_000_000
"""What a fit takes with PyTorch loaded; the main process takes as much."""

NO_LIMIT: Final = 1 << 60


def default_processes(root: Path = Path("/")) -> int:
    """As many as there are processors, quota of the control group included, and as memory allows; one at least.

    Args:
        root: below which ``proc`` and ``sys`` lie.
    """
    by_memory = usable_memory(root) // PROCESS_BYTES - 1
    return max(1, min(usable_processors(root), by_memory))


def usable_processors(root: Path = Path("/")) -> int:
    """Processors that this process may run on, no more than the quota of its control group allows."""
    quotas = [*_quotas_2(root), *_quotas_1(root)]
    return max(1, min(len(os.sched_getaffinity(0)), *(math.floor(quota) for quota in quotas), NO_LIMIT))


def usable_memory(root: Path = Path("/")) -> int:
    """Bytes that are free on the machine, no more than the control group may have."""
    limits = [*_numbers(root, "", "memory.max"), *_numbers(root, "memory", "memory.limit_in_bytes")]
    return min(_available(root), *limits, NO_LIMIT)


def _quotas_2(root: Path) -> Iterator[float]:
    for folder in _groups(root, ""):
        quota, _, period = _read(folder / "cpu.max").partition(" ")
        if quota.isdecimal() and period.isdecimal():
            yield int(quota) / int(period)


def _quotas_1(root: Path) -> Iterator[float]:
    for folder in _groups(root, "cpu"):
        quota, period = (_read(folder / name) for name in ("cpu.cfs_quota_us", "cpu.cfs_period_us"))
        if quota.isdecimal() and period.isdecimal():
            yield int(quota) / int(period)


def _numbers(root: Path, controller: str, name: str) -> Iterator[int]:
    for folder in _groups(root, controller):
        text = _read(folder / name)
        if text.isdecimal():
            yield int(text)


def _groups(root: Path, controller: str) -> Iterator[Path]:
    """The folders of the group of this process and of all above it; ``controller`` is empty for version 2."""
    for line in _read(root / "proc/self/cgroup").splitlines():
        _, names, place = line.split(":", 2)
        if (controller in names.split(",")) if controller else not names:
            mount = root / "sys/fs/cgroup" / names
            mount = mount if mount.exists() else root / "sys/fs/cgroup" / controller
            group = mount / place.lstrip("/")
            yield from (folder for folder in (group, *group.parents) if folder.is_relative_to(mount))


def _available(root: Path) -> int:
    for line in _read(root / "proc/meminfo").splitlines():
        name, _, rest = line.partition(":")
        if name == "MemAvailable":
            return int(rest.split()[0]) * 1024
    return NO_LIMIT


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""

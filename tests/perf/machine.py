"""The machine under the bench: its cores, and who gets which."""

import os
import platform
import re
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cores:
    """Core numbers: one for the server under test, one for the load, one more for a second replica if there is."""

    server: int
    load: int
    second: int | None


def enough_cores() -> bool:
    """Whether server and load can have a core each."""
    return len(os.sched_getaffinity(0)) > 1


def share_cores() -> Cores:
    """Give the last core to the server and the one before to the load."""
    cores = sorted(os.sched_getaffinity(0))
    return Cores(cores[-1], cores[-2], cores[-3] if len(cores) > 2 else None)  # a third one


@dataclass(frozen=True, slots=True)
class Machine:
    """What a reader of the figures must know of the machine."""

    processor: str
    cores: int
    memory_gib: float
    kernel: str
    python: str
    load_average: float


def describe() -> dict[str, object]:
    """Describe this machine as it is now."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    match = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    processor = match[1] if match else platform.machine()
    return asdict(
        Machine(
            processor,
            len(os.sched_getaffinity(0)),
            round(memory, 1),
            platform.release(),
            platform.python_version(),
            round(os.getloadavg()[0], 1),
        )
    )

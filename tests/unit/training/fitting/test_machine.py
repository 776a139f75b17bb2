import os
from pathlib import Path

import pytest

from training.fitting.machine import default_processes, usable_memory, usable_processors

PROCESSORS = len(os.sched_getaffinity(0))
GB = 1_000_000_000


def machine(root: Path, files: dict[str, str], available: int = 100 * GB) -> Path:
    """A tree with these files of ``proc`` and ``sys``."""
    for name, text in {"proc/meminfo": f"MemTotal: 1 kB\nMemAvailable: {available // 1024} kB\n", **files}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


V2 = {"proc/self/cgroup": "0::/pod/box\n"}
V1 = {"proc/self/cgroup": "3:cpu,cpuacct:/box\n2:memory:/box\n"}

QUOTAS = {
    "a container of its own": (V2 | {"sys/fs/cgroup/pod/box/cpu.max": "100000 100000"}, 1),
    "a limit of the pod above": (
        V2 | {"sys/fs/cgroup/pod/cpu.max": "150000 100000", "sys/fs/cgroup/pod/box/cpu.max": "max 100000"},
        1,
    ),
    "less than a processor": (V2 | {"sys/fs/cgroup/cpu.max": "20000 100000"}, 1),
    "no quota": (V2 | {"sys/fs/cgroup/pod/box/cpu.max": "max 100000"}, PROCESSORS),
    "the first version": (
        V1
        | {
            "sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_quota_us": "100000",
            "sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_period_us": "100000",
        },
        1,
    ),
    "the first version without a quota": (
        V1 | {"sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1", "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000"},
        PROCESSORS,
    ),
    "no control group": ({}, PROCESSORS),
}


@pytest.mark.parametrize("name", QUOTAS)
def test_processors_are_those_of_the_control_group(name: str, tmp_path: Path) -> None:
    files, wanted = QUOTAS[name]
    assert usable_processors(machine(tmp_path, files)) == wanted


def test_memory_is_the_least_of_what_is_free_and_what_the_group_may_have(tmp_path: Path) -> None:
    limits = {"sys/fs/cgroup/pod/memory.max": str(3 * GB), "sys/fs/cgroup/pod/box/memory.max": "max"}
    assert usable_memory(machine(tmp_path / "a", V2 | limits)) == 3 * GB
    assert usable_memory(machine(tmp_path / "b", V2 | limits, available=2 * GB)) <= 2 * GB
    old = {"sys/fs/cgroup/memory/box/memory.limit_in_bytes": str(4 * GB)}
    assert usable_memory(machine(tmp_path / "c", V1 | old)) == 4 * GB


def test_little_memory_leaves_one_process(tmp_path: Path) -> None:
    files = V2 | {"sys/fs/cgroup/pod/box/memory.max": str(GB)}
    assert default_processes(machine(tmp_path, files)) == 1

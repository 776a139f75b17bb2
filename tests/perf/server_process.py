"""A server under test: started on one core, watched from outside, stopped for good."""

import contextlib
import http.client
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

LONGEST_START_S = 90.0
LOOK_EVERY_S = 0.01
TICKS = os.sysconf("SC_CLK_TCK")
PAGE_MIB = os.sysconf("SC_PAGE_SIZE") / 2**20


@dataclass(frozen=True, slots=True)
class Probe:
    """The request whose first 200 shows that a server is ready."""

    path: str
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class ServerProcess:
    """A running server and the seconds from its start to its first 200."""

    pid: int
    port: int
    ready_s: float

    @property
    def cpu_s(self) -> float:
        """CPU seconds of the process and its descendants so far."""
        return sum(_cpu_ticks(pid) for pid in _family(self.pid)) / TICKS

    @property
    def rss_mib(self) -> float:
        """Resident memory of the process and its descendants."""
        return sum(_resident_pages(pid) for pid in _family(self.pid)) * PAGE_MIB


@contextlib.contextmanager
def start(
    command: Sequence[str | Path], port: int, core: int, probe: Probe, env: Mapping[str, str], log: Path
) -> Iterator[ServerProcess]:
    """Run a server on one core until the block ends.

    Raises:
        RuntimeError: it ended, or gave no 200 within 90 seconds; says where its log is.
    """
    with log.open("ab") as output:
        started = time.perf_counter()
        process = subprocess.Popen(
            ["taskset", "-c", str(core), *map(str, command)],
            stdout=output,
            stderr=output,
            env={**os.environ, **env},
            start_new_session=True,
        )
    try:
        while not _answers(port, probe):
            if process.poll() is not None or time.perf_counter() - started > LONGEST_START_S:
                raise RuntimeError(f"{command[0]} does not serve: see {log}")
            time.sleep(LOOK_EVERY_S)
        yield ServerProcess(process.pid, port, time.perf_counter() - started)
    finally:
        _stop(process)


def _answers(port: int, probe: Probe) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("POST", probe.path, probe.body, {"Content-Type": probe.content_type})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _stop(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=10)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _family(pid: int) -> list[int]:
    children = [int(child) for task in _tasks(pid) for child in _read(task / "children").split()]
    return [pid, *(member for child in children for member in _family(child))]


def _tasks(pid: int) -> list[Path]:
    try:
        return list(Path(f"/proc/{pid}/task").iterdir())
    except OSError:
        return []


def _cpu_ticks(pid: int) -> int:
    fields = _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return sum(int(field) for field in fields[11:15])


def _resident_pages(pid: int) -> int:
    fields = _read(Path(f"/proc/{pid}/statm")).split()
    return int(fields[1]) if fields else 0


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""

"""Load on a server: as much as it takes (wrk), or at a fixed rate (``tests.perf.pace``)."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.perf.crops import BOUNDARY

HERE = Path(__file__).parent
MOST_REFUSED = 0.01
JPEG = "image/jpeg"
FORM = f"multipart/form-data; boundary={BOUNDARY}"


@dataclass(frozen=True, slots=True)
class Load:
    """What is posted: the bodies of a folder, ``crops`` in each, over so many connections."""

    folder: Path
    path: str
    content_type: str
    crops: int = 1
    connections: int = 32
    labelled: bool = False


@dataclass(frozen=True, slots=True)
class Saturated:
    """What a saturated server did; ``client_share`` is the part of its core that the load generator used.

    ``requests`` are those answered with 200, ``refused`` the others.
    """

    requests: int
    refused: int
    duration_s: float
    client_share: float

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.duration_s


@dataclass(frozen=True, slots=True)
class Paced:
    """Latencies in milliseconds from the scheduled time of each request; ``late`` is how late the client itself was."""

    requests: int
    p50_ms: float
    p99_ms: float
    p999_ms: float
    late_p99_ms: float


def saturate(load: Load, port: int, core: int, duration_s: float) -> Saturated:
    """Post as fast as the server answers.

    Raises:
        RuntimeError: more than one answer in a hundred was not 200, or a connection broke.
    """
    command = ["taskset", "-c", str(core), "wrk", "-t1", f"-c{load.connections}", f"-d{duration_s:.0f}s", "-s"]
    command += [str(HERE / "post.lua"), f"http://127.0.0.1:{port}", "--", str(load.folder), load.path]
    command += [load.content_type, "labelled" if load.labelled else "plain"]
    before, started = os.times(), time.perf_counter()
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    after, elapsed_s = os.times(), time.perf_counter() - started
    used_s = after.children_user + after.children_system - before.children_user - before.children_system
    return saturated_of(output, load.path, used_s / elapsed_s)


def saturated_of(output: str, path: str, client_share: float) -> Saturated:
    """Read the last line of wrk's output, which ``post.lua`` has written.

    Raises:
        RuntimeError: more than one answer in a hundred was not 200, or a connection broke.
    """
    result = json.loads(output.splitlines()[-1])
    refused, broken = result["not_2xx"], result["broken"]
    if refused > MOST_REFUSED * result["requests"] or broken:
        raise RuntimeError(f"{path}: {refused} of {result['requests']} answers were not 200, {broken} broke off")
    return Saturated(result["requests"] - refused, refused, result["duration_us"] / 1e6, client_share)


def saturate_by_hey(load: Load, port: int, core: int, duration_s: float) -> Saturated | None:
    """Post the first body as fast as the server answers, by a generator of another kind; None where it is missing."""
    if shutil.which("hey") is None:
        return None
    body = min(load.folder.iterdir())
    command = ["taskset", "-c", str(core), "hey", "-z", f"{duration_s:.0f}s", "-c", str(load.connections), "-cpus", "1"]
    command += ["-m", "POST", "-T", load.content_type, "-D", str(body), f"http://127.0.0.1:{port}{load.path}"]
    return saturated_by_hey(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def saturated_by_hey(output: str) -> Saturated:
    """Read what hey prints; it does not tell its share of a core.

    Raises:
        RuntimeError: an answer was not 200.
    """
    answers = dict(re.findall(r"\[(\d+)\]\s+(\d+) responses", output))
    if set(answers) != {"200"}:
        raise RuntimeError(f"hey was answered {answers or 'nothing'}")
    (total_s,) = re.findall(r"Total:\s+([0-9.]+) secs", output)
    return Saturated(int(answers["200"]), 0, float(total_s), 0.0)


def pace(load: Load, port: int, core: int, rate: float, duration_s: float) -> Paced:
    """Post at a fixed rate, whatever the server does.

    Raises:
        RuntimeError: an answer was not 200.
    """
    command = ["taskset", "-c", str(core), sys.executable, "-m", "tests.perf.pace", f"http://127.0.0.1:{port}"]
    command += [load.path, str(load.folder), load.content_type, "labelled" if load.labelled else "plain"]
    command += [str(rate), str(duration_s), str(load.connections)]
    output = subprocess.run(command, check=False, capture_output=True, text=True, cwd=HERE.parents[1])
    if output.returncode:
        raise RuntimeError(f"{load.path}: {output.stderr.strip().splitlines()[-1]}")
    return Paced(**json.loads(output.stdout))

"""Is Ray worth its price, and is nothing lost when its workers die?

``python -m tests.perf.cluster_rehearsal --minutes 10`` judges drawn pictures three times: by plain processes, by Ray,
and by Ray while workers that judge are killed. The tables must be equal byte for byte; the price is the processor time
of all processes of the command, since that of the clock says little on a machine that has other work too.
"""

import argparse
import itertools
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from service.contract.artifact import Artifact, open_artifact
from service.contract.stored_files.stored_file import StoredFile
from tests.small_artifact import write_artifact
from tests.wells import good_well, leaking_well, write_picture
from training.rescoring.place import PicturePlace, open_place
from training.rescoring.rescore import Chunk, one_process, rescore
from training.rescoring.rescorer import FileRescorer, open_rescorer

BASE = 300
HEIGHT, WIDTH = 360, 640
DEAREST = 1.15
LOOK_S = 0.2
KILLS = 3
TICKS = os.sysconf("SC_CLK_TCK")


class Cost(NamedTuple):
    """Seconds of the clock and of processors, and how many workers were killed."""

    wall_s: float
    cpu_s: float
    killed: int


def plain_processes(
    artifact: Artifact, _place: PicturePlace, chunks: Sequence[Chunk], *, jobs: int
) -> Iterator[tuple[int, pa.Table]]:
    """What Ray is compared with: as many processes, a chunk at a time."""
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        futures = {pool.submit(_judged, artifact.folder, files): number for number, files in chunks}
        for future in as_completed(futures):
            yield futures[future], future.result()


def _judged(folder: Path, files: Sequence[StoredFile]) -> pa.Table:
    return _opened(folder).table(files)


@cache
def _opened(folder: Path) -> FileRescorer:
    return open_rescorer(open_artifact(folder))


def main() -> int:
    """Print what was found; 1 where a table differs, no worker was killed, or Ray is too dear."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10, help="of work for all processes together (%(default)s)")
    parser.add_argument("--jobs", type=int, default=2, help="processes (%(default)s)")
    parser.add_argument("--plain", nargs=3, metavar=("ARTEFACT", "FOLDER", "OUT"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.plain:
        artifact, folder, out = map(Path, options.plain)
        runner = partial(plain_processes, jobs=options.jobs)
        rescore(open_artifact(artifact), open_place(str(folder)), out, runner)
        return 0
    with tempfile.TemporaryDirectory() as root:
        return _rehearse(Path(root), options.minutes * 60 * options.jobs, options.jobs)


def _rehearse(root: Path, work_s: float, jobs: int) -> int:
    artifact = root / "artifacts" / write_artifact(root / "artifacts")
    wells = _pictures(root / "wells", artifact, work_s)
    given, here = [str(artifact), str(wells)], [sys.executable, "-m"]
    ray = [*here, "training", "rescore", *given, "--cluster", "local", "--jobs", str(jobs), "--out"]
    commands = {
        "plain": [*here, __spec__.name, "--jobs", str(jobs), "--plain", *given],
        "ray": ray,
        "killed": ray,
    }
    costs = {}
    for name, command in commands.items():
        costs[name] = cost = _run([*command, str(root / name)], KILLS if name == "killed" else 0)
        _say(f"{name:7} {cost.wall_s:7.1f} s, {cost.cpu_s:7.1f} s of processors, {cost.killed} workers killed")
    counted = json.loads((root / "plain" / "summary.json").read_bytes())
    tables = {(root / name / "rows-00000.parquet").read_bytes() for name in costs}
    dearer = costs["ray"].cpu_s / costs["plain"].cpu_s
    equal = "equal" if len(tables) == 1 else "DIFFERENT"
    _say(f"{counted['files']} files, {counted['pictures']} pictures; the tables are {equal}")
    _say(f"Ray takes {dearer:.3f} of the processor time of plain processes (at most {DEAREST})")
    return int(len(tables) > 1 or not costs["killed"].killed or dearer > DEAREST)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _pictures(folder: Path, artifact: Path, work_s: float) -> Path:
    """Draw pictures, and link them as often as makes so much work."""
    folder.mkdir()
    drawn = [folder / f"{number:04}.jpg" for number in range(BASE)]
    for number, path in enumerate(drawn):
        write_picture(path, (good_well if number % 20 else leaking_well)(number, HEIGHT, WIDTH))
    place = open_place(str(folder))
    before = time.process_time()
    ((_, _),) = one_process(open_artifact(artifact), place, [(0, place.files)])
    times = work_s / (time.process_time() - before)
    for turn, path in itertools.product(range(int(times)), drawn):
        (folder / f"{path.stem}-{turn:05}.jpg").hardlink_to(path)
    return folder


def _run(command: Sequence[str], kills: int) -> Cost:
    """Run it to its end; so often, each time that something more was finished, kill a worker of Ray's that judges."""
    began = time.monotonic()
    spent: dict[int, float] = {}
    family, killed, before = set[int](), 0, 0
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        family.add(process.pid)
        while process.poll() is None:
            family = _look(family, spent)
            done = len(list(Path(f"{command[-1]}.partial").glob("chunk-*")))
            if killed < kills and done > before and (victims := [pid for pid in family if _is_judging(pid)]):
                os.kill(victims[0], signal.SIGKILL)
                killed, before = killed + 1, done
            time.sleep(LOOK_S)
        errors = process.stderr.read() if process.stderr else ""
    if process.returncode:
        raise SystemExit(f"{command} ended with {process.returncode}: {errors[-500:]}")
    return Cost(time.monotonic() - began, sum(spent.values()), killed)


def _look(family: set[int], spent: dict[int, float]) -> set[int]:
    """The processes below these, and the processor time of each up to now."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        pid = int(entry.parent.name)
        parents[pid] = int(fields[1])
        if pid in family or parents[pid] in family:
            spent[pid] = (int(fields[11]) + int(fields[12])) / TICKS
    return family | {pid for pid, parent in parents.items() if parent in family}


def _is_judging(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().startswith("ray::ReadChunks")
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main())

"""The aims that are no row of the table: latency at a camera's rate, flat memory, two replicas."""

import shutil
import statistics
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from tests.perf.contenders import FRAME, LABELLED, RAW, Contender
from tests.perf.load import Load, Paced, pace, saturate, saturate_by_hey
from tests.perf.rounds import Bench
from tests.perf.server_process import ServerProcess

CROPS_A_FRAME = 80
FRAMES_PER_S = 3.5
SHARE_OF_WARM_UP = 0.2
MIXTURE = (FRAME, FRAME, FRAME, LABELLED)


class CameraLatency(NamedTuple):
    """One camera's traffic, sent crop by crop and frame by frame."""

    singly: Paced
    by_frame: Paced


class Memory(NamedTuple):
    """Resident memory after the warm-up and at the end of so many crops."""

    crops: int
    warm_mib: float
    end_mib: float

    @property
    def growth(self) -> float:
        """Share by which the end exceeds the warm state."""
        return self.end_mib / self.warm_mib - 1


class Generators(NamedTuple):
    """Requests a second, and the server's seconds of CPU a request, round by round; hey's are empty without it."""

    wrk: list[tuple[float, float]]
    hey: list[tuple[float, float]]


class Replicas(NamedTuple):
    """Requests a second of one replica alone, and of two side by side on two cores."""

    one: float
    two: float


def camera_latency(bench: Bench, ours: Contender, duration_s: float) -> CameraLatency:
    """Measure 280 crops/s on a server of one core."""
    singly, by_frame = ours.loads[LABELLED], ours.loads[FRAME]
    core = bench.cores.load
    with bench.running(ours) as server:
        saturate(singly, server.port, core, bench.plan.warm_up_s)
        saturate(by_frame, server.port, core, bench.plan.warm_up_s)
        return CameraLatency(
            pace(singly, server.port, core, FRAMES_PER_S * CROPS_A_FRAME, duration_s),
            pace(by_frame, server.port, core, FRAMES_PER_S, duration_s),
        )


def generators(bench: Bench, ours: Contender) -> Generators:
    """Post one raw crop by wrk and by hey, which take turns."""
    load = replace(ours.loads[RAW], folder=_with_first_alone(ours.loads[RAW].folder))
    core, plan = bench.cores.load, bench.plan
    found = Generators([], [])
    with bench.running(ours) as server:
        saturate(load, server.port, core, plan.warm_up_s)
        for _ in range(plan.rounds):
            for generate, seen in ((saturate, found.wrk), (saturate_by_hey, found.hey)):
                before_s = server.cpu_s
                done = generate(load, server.port, core, plan.saturated_s)
                if done is not None:
                    seen.append((done.rate, (server.cpu_s - before_s) / done.requests))
    return found


def _with_first_alone(folder: Path) -> Path:
    alone = folder.with_name(f"{folder.name}-first")
    alone.mkdir(exist_ok=True)
    shutil.copy(min(folder.iterdir()), alone / "000")
    return alone


def memory(bench: Bench, ours: Contender) -> Memory:
    """Send many crops, most of them by frame, and watch the resident memory."""
    sent = 0
    samples: list[float] = []
    with bench.running(ours) as server:
        while not samples or sent < bench.plan.crops_for_memory:
            for row in MIXTURE:
                load = ours.loads[row]
                done = saturate(load, server.port, bench.cores.load, bench.plan.saturated_s)
                sent += done.requests * load.crops
            samples.append(server.rss_mib)
    return Memory(sent, samples[int(len(samples) * SHARE_OF_WARM_UP)], samples[-1])


def replicas(bench: Bench, ours: Sequence[Contender]) -> Replicas | None:
    """Compare two replicas on two cores with one, in turn; None without a third core for the load."""
    if bench.cores.second is None:
        return None
    one: list[float] = []
    two: list[float] = []
    with ExitStack() as stack:
        cores = (bench.cores.server, bench.cores.second)
        pairs = zip(ours, cores, strict=True)
        servers = [stack.enter_context(bench.running(replica, core)) for replica, core in pairs]
        for _ in range(bench.plan.rounds):
            one.append(_rate_of(bench, servers[:1], ours[0].loads[RAW]))
            two.append(_rate_of(bench, servers, ours[0].loads[RAW]))
    return Replicas(statistics.median(one), statistics.median(two))


def _rate_of(bench: Bench, servers: Sequence[ServerProcess], load: Load) -> float:
    with ThreadPoolExecutor(len(servers)) as generators:
        done = [
            generators.submit(saturate, load, server.port, bench.cores.load, bench.plan.saturated_s)
            for server in servers
        ]
        return sum(future.result().rate for future in done)

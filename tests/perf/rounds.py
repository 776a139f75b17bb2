"""One measurement of one contender, and the rounds in which all of them take turns."""

import json
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from tests.perf.contenders import Contender
from tests.perf.load import Load, pace, saturate
from tests.perf.machine import Cores
from tests.perf.server_process import Probe, ServerProcess, start
from tests.perf.verdicts import share_of_good
from tests.ports import free_port

SHARE_OF_OWN_RATE = 0.7


@dataclass(frozen=True, slots=True)
class Plan:
    """How often and how long everything is measured; ``paced_s`` 0 leaves latencies out."""

    rounds: int
    warm_up_s: float
    saturated_s: float
    paced_s: float
    crops_for_memory: int


@dataclass(frozen=True, slots=True)
class Measurement:
    """One row of one round; a loop without a server has no client and no latency.

    ``good_share`` is the share of crops that were answered with ``no_leak``, as all should be.
    """

    row: str
    requests_per_s: float
    crops_per_s: float
    cpu_s_per_1000: float
    rss_mib: float
    ready_s: float
    refused: int = 0
    client_share: float | None = None
    good_share: float | None = None
    p50_ms: float | None = None
    p99_ms: float | None = None
    p999_ms: float | None = None
    late_p99_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Bench:
    """Where and how long to measure."""

    plan: Plan
    cores: Cores
    log: Path

    def running(self, contender: Contender, core: int | None = None) -> AbstractContextManager[ServerProcess]:
        """A contender's server, on the server's core if no other is named."""
        port = free_port()
        first = next(iter(contender.loads.values()))
        probe = Probe(first.path, first.content_type, min(first.folder.iterdir()).read_bytes())
        where = self.cores.server if core is None else core
        return start(contender.command(port), port, where, probe, contender.env, self.log)

    def measure(self, contender: Contender) -> Iterator[Measurement]:
        """Start a server, put each of its loads on it, and stop it."""
        with self.running(contender) as server:
            for row, load in contender.loads.items():
                yield self._measure_load(server, row, load)

    def in_turn(self, contenders: Sequence[Contender]) -> list[Mapping[str, Measurement]]:
        """Start all servers, and put load on one after the other: the first load of each, the second of each, ..."""
        with ExitStack() as stack:
            servers = [stack.enter_context(self.running(contender)) for contender in contenders]
            loads = [
                [(server, *load) for load in one.loads.items()] for server, one in zip(servers, contenders, strict=True)
            ]
            turns = [turn for turns in zip_longest(*loads) for turn in turns if turn is not None]
            return [
                {row: self._measure_load(server, row, load) for server, row, load in turns}
                for _ in range(self.plan.rounds)
            ]

    def measure_loop(self, row: str, command: Sequence[str | Path], crops: int) -> Measurement:
        """Run a loop without a server; ``crops`` are in one turn of it."""
        started = time.perf_counter()
        pinned = ["taskset", "-c", str(self.cores.server), *map(str, command)]
        result = json.loads(subprocess.run(pinned, check=True, capture_output=True, text=True).stdout)
        ready_s = time.perf_counter() - started - result["elapsed_s"]
        rate = result["crops"] / result["elapsed_s"]
        return Measurement(
            row, rate / crops, rate, result["cpu_s"] / result["crops"] * 1000, result["rss_mib"], ready_s
        )

    def _measure_load(self, server: ServerProcess, row: str, load: Load) -> Measurement:
        plan, core = self.plan, self.cores.load
        good_share = share_of_good(load, server.port)
        saturate(load, server.port, core, plan.warm_up_s)
        cpu_before_s = server.cpu_s
        saturated = saturate(load, server.port, core, plan.saturated_s)
        cpu_s = server.cpu_s - cpu_before_s
        crops = saturated.requests * load.crops
        latencies: tuple[float, ...] = ()
        if plan.paced_s:
            paced = pace(load, server.port, core, saturated.rate * SHARE_OF_OWN_RATE, plan.paced_s)
            latencies = (paced.p50_ms, paced.p99_ms, paced.p999_ms, paced.late_p99_ms)
        return Measurement(
            row,
            saturated.rate,
            saturated.rate * load.crops,
            cpu_s / crops * 1000,
            server.rss_mib,
            server.ready_s,
            saturated.refused,
            saturated.client_share,
            good_share,
            *latencies,
        )

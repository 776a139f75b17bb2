"""``make bench`` and ``make bench-quick``: all contenders in turn on the same crops, and one table of ratios.

python -m tests.perf.bench [--quick | --against COMMIT] [--data FOLDER_OR_ARCHIVE] [--artifacts DIR] [--page FILE]
"""

import argparse
import compileall
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from service.contract.artifact import Artifact, open_artifact, read_active
from tests.perf import agreement, aims, comparison, contenders, findings, report
from tests.perf.commits import Commit, build
from tests.perf.contenders import Contender
from tests.perf.crops import write_bodies
from tests.perf.environments import NotInstallable
from tests.perf.machine import describe, enough_cores, share_cores
from tests.perf.rounds import Bench, Measurement, Plan

RESULTS = Path("build/bench")
FULL = Plan(rounds=4, warm_up_s=1, saturated_s=4, paced_s=5, crops_for_memory=1_000_000)
QUICK = Plan(rounds=3, warm_up_s=1, saturated_s=2, paced_s=0, crops_for_memory=0)
NEEDED = {"wrk": "wrk", "taskset": "util-linux"}


def main() -> None:
    """Measure, print, and write ``build/bench/``; with ``--page`` the documentation too."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--if-possible", action="store_true", help="say what is missing here, and do not fail for it")
    parser.add_argument("--quick", action="store_true", help="the main ratios in under 90 seconds")
    parser.add_argument("--against", metavar="COMMIT", help="build that commit beside, and measure both in turn")
    parser.add_argument("--data", type=Path, help="real crops instead of drawn ones: a folder or .tar.gz")
    parser.add_argument("--crops-for-memory", type=int, metavar="N", help="crops sent to see that memory stays flat")
    parser.add_argument("--page", type=Path, help="page of documentation to write the tables into")
    parser.add_argument("--artifacts", type=Path, default=Path("model_artifacts"), help="folder of artefacts")
    options = parser.parse_args()
    missing = _missing()
    if missing:
        _say(missing)
        sys.exit(not options.if_possible)
    RESULTS.mkdir(parents=True, exist_ok=True)
    compileall.compile_dir("service", quiet=1)  # installed packages are, and PYTHONDONTWRITEBYTECODE may be set here
    artifact = open_artifact(options.artifacts / read_active(options.artifacts))
    with tempfile.TemporaryDirectory(dir=RESULTS) as workspace:
        run = Run(artifact, Path(workspace), options)
        if options.against:
            run.compare(build(options.against))
        else:
            run.report()


class Run:
    """One run of the bench."""

    def __init__(self, artifact: Artifact, workspace: Path, options: argparse.Namespace) -> None:
        self._quick: bool = options.quick
        self._page: Path | None = options.page
        self._artifact = artifact
        self._workspace = workspace
        self._bodies = write_bodies(workspace, artifact, options.data)
        plan = comparison.PLAN if options.against else QUICK if options.quick else FULL
        if options.crops_for_memory is not None:
            plan = replace(plan, crops_for_memory=options.crops_for_memory)
        self._bench = Bench(plan, share_cores(), RESULTS / "servers.log")
        self._skipped: dict[str, str] = {}
        self._setting = describe() | {
            "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
            "artefact": artifact.id,
            "crops": self._bodies.source,
            "rounds": self._bench.plan.rounds,
        }

    def report(self) -> None:
        """Measure everything and tell it in every form."""
        servers = self._servers()
        rounds = [self._round(servers, number) for number in range(self._bench.plan.rounds)]
        found = [*findings.ratios(rounds), *findings.plant(rounds), *findings.start_and_size(rounds)]
        found += [*findings.verdicts(rounds), *self._agreement()]
        if not self._quick:
            found += self._aims()
        parts = [report.setting_text(self._setting), report.table(rounds), report.verdicts(found), self._skips()]
        text = "\n\n".join(part for part in (*parts, *self._closer_looks()) if part)
        _say(text)
        (RESULTS / "bench.json").write_text(report.as_json(self._setting, rounds, found), encoding="utf-8")
        report.plot(rounds, RESULTS / "bench.svg")
        if self._page is not None:
            report.write_page(self._page, f"{text}\n\n![crops a second]({self._page.with_suffix('.svg').name})")
            shutil.copy(RESULTS / "bench.svg", self._page.with_suffix(".svg"))
            shutil.copy(RESULTS / "bench.json", self._page.with_suffix(".json"))

    def compare(self, commit: Commit) -> None:
        """Measure this tree and a commit in turn, and tell their ratios."""
        compileall.compile_dir(commit.tree / "service", quiet=1)
        folders = [self._new_folder(), self._new_folder()]
        rounds = comparison.compare(self._bench, commit, self._artifact, self._bodies, folders)
        found = [*comparison.ratios(commit, rounds), *findings.verdicts(rounds)]
        setting = self._setting | {"compared with": commit.name}
        text = "\n\n".join((report.setting_text(setting), report.table(rounds), report.verdicts(found)))
        _say(text)
        (RESULTS / f"against-{commit.name}.json").write_text(report.as_json(setting, rounds, found), encoding="utf-8")
        if self._page is not None:
            report.write_page(self._page, text, report.COMPARISON)

    def _servers(self) -> list[Contender]:
        makers: dict[str, Callable[[], Contender]] = {
            contenders.CONSTANT: lambda: contenders.constant(self._bodies),
            contenders.RAW: self._ours,
        }
        if not self._quick:
            makers |= {
                contenders.TORCH: lambda: contenders.fastapi_torch(self._bodies, self._artifact, self._workspace),
                contenders.LITSERVE: lambda: contenders.litserve(self._bodies, self._artifact),
                contenders.BENTOML: lambda: contenders.bentoml(self._bodies, self._artifact),
            }
        servers = []
        for name, make in makers.items():
            try:
                servers.append(make())
            except NotInstallable as error:
                self._skipped[name] = str(error)
        return servers

    def _ours(self) -> Contender:
        return contenders.ours(self._bodies, self._artifact, self._new_folder())

    def _agreement(self) -> list[findings.Finding]:
        data_dir = self._new_folder()
        ours = contenders.ours(self._bodies, self._artifact, data_dir)
        return findings.agreement(agreement.agreement(self._bench, ours, data_dir, self._bodies, self._artifact))

    def _new_folder(self) -> Path:
        return Path(tempfile.mkdtemp(dir=self._workspace))

    def _round(self, servers: list[Contender], number: int) -> dict[str, Measurement]:
        _say(f"round {number + 1} of {self._bench.plan.rounds}, load average {describe()['load_average']}")
        rows = [row for contender in servers for row in self._bench.measure(contender)]
        for name, crops in ((contenders.LOOP, 1), (contenders.LOOP_80, 80)):
            command = contenders.bare_loop(self._bodies, self._artifact, crops, self._bench.plan.saturated_s)
            rows.append(self._bench.measure_loop(name, command, crops))
        return {row.row: row for row in rows}

    def _aims(self) -> list[findings.Finding]:
        _say("latency at a camera's rate, memory over many crops, two replicas")
        return [
            *findings.generators(aims.generators(self._bench, self._ours())),
            *findings.variants(self._variants(), list(contenders.VARIANTS)),
            *findings.camera(aims.camera_latency(self._bench, self._ours(), duration_s=30)),
            *findings.memory(aims.memory(self._bench, self._ours())),
            *findings.replicas(aims.replicas(self._bench, [self._ours(), self._ours()])),
        ]

    def _variants(self) -> list[Mapping[str, Measurement]]:
        _say("what can be switched, and what it costs")
        rows = (contenders.RAW, *contenders.VARIANTS)
        return self._bench.in_turn(
            [contenders.variant(row, self._bodies, self._artifact, self._new_folder()) for row in rows]
        )

    def _closer_looks(self) -> list[str]:
        """Where the time of a crop goes, and how fast training is, each measured by a program of its own."""
        if self._quick:
            return []
        _say("stages, and training")
        return [_output_of("tests.perf.stages"), _output_of("tests.perf.training")]

    def _skips(self) -> str:
        return "\n".join(f"Skipped: {name}: {reason}" for name, reason in self._skipped.items())


def _output_of(module: str) -> str:
    return subprocess.run([sys.executable, "-m", module], check=True, capture_output=True, text=True).stdout.strip()


def _missing() -> str | None:
    """What the bench lacks on this machine."""
    if not enough_cores():
        return "the bench needs two cores: one for the server, one for the load"
    missing = [package for tool, package in NEEDED.items() if shutil.which(tool) is None]
    return f"the bench needs {' and '.join(missing)}: apt-get install {' '.join(missing)}" if missing else None


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201  # the bench prints


if __name__ == "__main__":
    main()

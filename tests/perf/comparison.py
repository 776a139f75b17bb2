"""``make bench AGAINST=COMMIT``: this tree beside a commit, load by load in turn, as one table of ratios."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from service.contract.artifact import Artifact
from tests.perf import contenders, findings
from tests.perf.commits import Commit
from tests.perf.contenders import CONSTANT, FRAME, LABELLED, RAW, Contender
from tests.perf.crops import Bodies
from tests.perf.findings import Finding, Ratio
from tests.perf.rounds import Bench, Measurement, Plan

PLAN = Plan(rounds=5, warm_up_s=1, saturated_s=2, paced_s=0, crops_for_memory=0)
COMPARED = {RAW: 1.5, LABELLED: None, FRAME: 1.6}
"""What is compared, and how many times as fast as the commit it should be."""


def compare(
    bench: Bench, commit: Commit, artifact: Artifact, bodies: Bodies, folders: Sequence[Path]
) -> list[Mapping[str, Measurement]]:
    """Measure both and a constant endpoint; ``folders`` are two that are empty."""
    here = contenders.ours(bodies, artifact, folders[0])
    there = contenders.ours_at(commit, bodies, folders[1])
    ceiling = contenders.constant(bodies)
    wanted = {*COMPARED, CONSTANT, *(_at(row, commit) for row in COMPARED)}
    return bench.in_turn([_only(one, wanted) for one in (ceiling, here, there)])


def ratios(commit: Commit, rounds: Sequence[Mapping[str, Measurement]]) -> list[Finding]:
    """What this tree does, by what the commit does, and both by the constant endpoint."""
    pairs = [Ratio(row, _at(row, commit), least, crops=True) for row, least in COMPARED.items()]
    pairs += [Ratio(name, CONSTANT, None) for row in (RAW, LABELLED) for name in (row, _at(row, commit))]
    return [*findings.ratios(rounds, pairs), *findings.sizes(rounds, (FRAME, _at(FRAME, commit)))]


def _at(row: str, commit: Commit) -> str:
    return f"{row} at {commit.name}"


def _only(contender: Contender, wanted: set[str]) -> Contender:
    loads = {row: load for row, load in contender.loads.items() if row in wanted}
    return Contender(contender.command, loads, contender.env)

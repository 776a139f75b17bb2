"""``leak-training compare``: the whole offline job, from pictures to the active artefact."""

import argparse
from collections.abc import Mapping
from contextlib import AbstractContextManager

from rich.console import Console
from rich.table import Table

from service.contract.artifact import Artifact
from service.contract.manifest import Rate
from training.commands import finish, read_both, write_page
from training.commands.tables import describe_data, print_whole
from training.comparison.activation import against
from training.comparison.compare import Comparison, JobCache
from training.comparison.compare import compare as compare_candidates
from training.comparison.content import to_json, without_pictures
from training.comparison.outcome.page import render_comparison
from training.comparison.outcome.tracking import Tracker
from training.comparison.plan import default_names, full_plan, quick_plan
from training.comparison.ranking import DISTURBANCES, HARDEST
from training.comparison.summary import comparison_report, findings_of
from training.dataset.progress import ConsoleProgress
from training.dataset.splits import Split, division, split
from training.dataset.whole_file import replacing
from training.export.export import export
from training.fitting.worker_pool import WorkerPool, worker_pool
from training.gate.usable import require_usable

CONTENT = "comparison.json"
PLOTTED = 3
TITLE = "at the cut that passes 95 % of unseen scenes; each criterion in the worst seed"


def run(options: argparse.Namespace, console: Console) -> None:
    """Fit all candidates, choose, export, activate, report."""
    compare(options, console)


def compare(options: argparse.Namespace, console: Console) -> Artifact:
    """Do the same, and return what was exported."""
    progress = ConsoleProgress(console)
    tracker = Tracker(options.mlflow) if options.mlflow else None
    data, site = read_both(options, progress)
    whole = split(data, site)
    names = tuple(options.recipes or default_names(data))
    plan = quick_plan(names) if options.quick else full_plan(names, options.seeds)
    parts = plan.bounded(whole)
    require_usable(parts)
    plan = plan.suited(parts)
    cache = JobCache(options.work or options.out / ".compare", data, plan, parts)
    with _pool(options) as pool:
        comparison = compare_candidates(plan, parts, cache, pool, progress)
    notes = (*describe_data(data), division(parts))
    content = comparison_report(comparison, plan, parts, notes, options.command_line)
    kept = cache.folder / CONTENT
    with replacing(kept) as draft:
        draft.write_bytes(to_json(content))
    findings = findings_of(comparison, content, render_comparison(without_pictures(content), PLOTTED))
    artifact = export(comparison.winner, data, parts, options.out, findings)
    if options.report:
        write_page(options.report, render_comparison(content))
    print_whole(_table(comparison))
    print(_remarks(comparison, content.first_words))
    for name, reason in comparison.failed.items():
        print(f"{name} failed: {reason}")
    finish(artifact, options, _against(artifact, options, parts, findings.families))
    print(f"report: leak-training report {kept} --html FILE")
    if tracker is not None:
        print(f"MLflow run {tracker.write(content, artifact.folder)} in {options.mlflow}")
    return artifact


def _pool(options: argparse.Namespace) -> AbstractContextManager[WorkerPool]:
    """The processes of this machine, or a cluster."""
    if not options.cluster:
        return worker_pool(options.jobs)
    from training.cluster.ray_pool import ray_pool  # noqa: PLC0415  # its extra need not be installed

    return ray_pool(options.cluster, options.jobs)


def _against(artifact: Artifact, options: argparse.Namespace, parts: Split, drawn: Mapping[str, Rate]) -> str:
    """Why the artefact is not activated; empty where it may be."""
    if options.quick:
        return "a quick look is not fit to serve"
    return against(artifact, options.out, parts, drawn, asked=options.activate or options.no_activate)


def _remarks(comparison: Comparison, first_words: str) -> str:
    """What the table does not say: whether another day was seen, what counts as equal, what the winner bears worst."""
    best = comparison.ranking[0]
    winner = next(one for one in comparison.ranking if one.candidate == comparison.winner.recipe.name)
    return (
        f"{first_words}\nMerits within {best.half_width:.3f} (95 %, from scenes alone) count as equal: there "
        f"the faster wins.\n{winner.candidate} passes {winner.criteria[DISTURBANCES]:.1%} of good wells under harmless "
        f"disturbances, under the hardest mild one ({winner.hardest or 'none'}) {winner.criteria[HARDEST]:.1%}."
    )


def _table(comparison: Comparison) -> Table:
    """A row a candidate, best first: its merit by the rule, each criterion in its worst seed, and its cost."""
    table = Table(title=TITLE, box=None, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("candidate", overflow="fold")
    for name in ("merit", *comparison.ranking[0].criteria, "us"):
        table.add_column(name.replace(" ", "\n"), justify="right", no_wrap=True)
    for ranked in comparison.ranking:
        mark = " *" if ranked.candidate == comparison.winner.recipe.name else ""
        criteria = [f"{share:.2f}" for share in ranked.criteria.values()]
        cost = f"{ranked.score_us:.0f}" if ranked.score_us else "-"
        table.add_row(ranked.candidate + mark, f"{ranked.merit:.3f}", *criteria, cost)
    return table

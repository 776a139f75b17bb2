"""The whole bench: fit every candidate, choose one by the rule, and keep what is needed to resume."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace
from pathlib import Path

from service.contract.errors import FitFailed
from training.comparison.job import Job, jobs_of, run_job
from training.comparison.pca import NAME as REFERENCE
from training.comparison.pca import SPEC as REFERENCE_SPEC
from training.comparison.pca import run_reference
from training.comparison.picture_sets import Bench, prepare
from training.comparison.plan import Plan
from training.comparison.ranking import Worth, rank, weigh
from training.comparison.result import Outcome, load_outcome
from training.comparison.worker_pool import crew, finished
from training.dataset.data import Dataset
from training.dataset.progress import SILENT, Progress
from training.dataset.splits import Split
from training.fitting import weights
from training.fitting.fit import Fitted
from training.models import CONVOLUTIONAL


@dataclass(frozen=True, slots=True)
class Comparison:
    """The candidates best first, every outcome and the reasons of failures by candidate, and the fit that won."""

    ranking: tuple[Worth, ...]
    outcomes: Mapping[str, tuple[Outcome, ...]]
    failed: Mapping[str, str]
    winner: Fitted


class Workplace:
    """The folder of one comparison: bench, finished outcomes, weights.

    It is named by data, split and extent, so that other data never meets these results; a job is named by its whole
    recipe, so that a changed recipe is fitted anew.
    """

    def __init__(self, root: Path, data: Dataset, plan: Plan, parts: Split) -> None:
        described = f"{data.sha256} {plan.extent(parts)} {plan.most_good}"
        self.folder = root / hashlib.sha256(described.encode()).hexdigest()[:12]
        self.results = self.folder / "results"

    def outcome(self, key: str) -> Outcome | None:
        """The outcome of a job, where it is finished."""
        return load_outcome(self.results / f"{key}.json")


def compare(plan: Plan, parts: Split, workplace: Workplace, processes: int, progress: Progress = SILENT) -> Comparison:
    """Run what has not been run, then weigh all candidates.

    Args:
        plan: recipes and seeds.
        parts: of the data, bounded by the plan.
        workplace: where results are kept, and found again.
        processes: that work side by side, one thread each.
        progress: shows how far it is.

    Raises:
        FitFailed: no candidate can be exported, or a process died.
    """
    jobs = [job for recipe in plan.recipes for job in jobs_of(recipe, plan.seeds)]
    remaining = [job for job in jobs if workplace.outcome(job.key) is None]
    if len(remaining) < len(jobs):
        progress.note(f"{len(jobs) - len(remaining)} of {len(jobs)} fits were finished before: resuming")
    with crew(processes) as executor:
        specs = [REFERENCE_SPEC, *(recipe.input for recipe in plan.recipes)]
        bench = prepare(workplace.folder, parts, specs, plan.extent(parts), executor, progress)
        futures = _start(remaining, bench, workplace, executor)
        for outcome in progress.track(finished(futures), "fitting candidates", len(futures)):
            progress.note(_line(outcome))
    return _weighed(jobs, workplace)


def _start(jobs: Sequence[Job], bench: Bench, workplace: Workplace, executor: Executor) -> list[Future[Outcome]]:
    """Hand out the long fits first, so that none is left alone at the end."""
    futures = []
    if workplace.outcome(REFERENCE) is None:
        futures.append(executor.submit(run_reference, bench, workplace.results))
    longest_first = sorted(jobs, key=lambda job: -job.recipe.epochs * (1 + job.recipe.lessons.leaks))
    return futures + [executor.submit(run_job, job, bench, workplace.results) for job in longest_first]


def _line(outcome: Outcome) -> str:
    what = f"{outcome.candidate}, seed {outcome.seed}"
    what += f", without {outcome.left_out}" if outcome.left_out else ""
    return f"{what}: {outcome.failed or f'{outcome.fit_s:.0f} s'}"


def _weighed(jobs: Sequence[Job], workplace: Workplace) -> Comparison:
    by_candidate: dict[str, list[Outcome]] = {REFERENCE: [_required(workplace, REFERENCE)]}
    for job in jobs:
        by_candidate.setdefault(job.recipe.name, []).append(_required(workplace, job.key))
    failed = {name: outcome.failed for name, found in by_candidate.items() for outcome in found if outcome.failed}
    ranking = rank(weigh(name, found) for name, found in by_candidate.items() if name not in failed)
    winner = _winner(ranking, jobs, failed)
    return Comparison(
        outcomes={worth.candidate: tuple(by_candidate[worth.candidate]) for worth in ranking},
        ranking=tuple(ranking),
        failed=failed,
        winner=replace(weights.load(workplace.results / f"{winner.key}.pt"), recipe=winner.recipe),
    )


def _winner(ranking: Iterable[Worth], jobs: Iterable[Job], failed: Mapping[str, str]) -> Job:
    """The best convolutional candidate's best seed."""
    main = {(job.recipe.name, job.recipe.seed): job for job in jobs if not job.left_out}
    for worth in ranking:
        job = main.get((worth.candidate, worth.best_seed))
        if job is not None and job.recipe.model.kind in CONVOLUTIONAL:
            return job
    reasons = "".join(f"; {name}: {reason}" for name, reason in failed.items())
    raise FitFailed(f"no convolutional candidate was fitted, and only these are exported: add a recipe{reasons}")


def _required(workplace: Workplace, key: str) -> Outcome:
    outcome = workplace.outcome(key)
    if outcome is None:
        raise FitFailed(f"{workplace.results / key}.json vanished while the comparison ran: run it again")
    return outcome

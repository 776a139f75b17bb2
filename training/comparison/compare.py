"""The whole comparison: fit every candidate, choose one by the rule, and keep what is needed to resume."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path

from service.contract.errors import FitFailed
from training.comparison.fingerprint import fingerprint, sources
from training.comparison.job import Job, jobs_of, run_job
from training.comparison.pca import NAME as REFERENCE
from training.comparison.pca import SPEC as REFERENCE_SPEC
from training.comparison.pca import run_reference
from training.comparison.picture_sets import PictureSets, prepare
from training.comparison.plan import ComparisonPlan
from training.comparison.ranking import RankedCandidate, rank, rank_candidate
from training.comparison.result import FinishedJob, JobResult, load_result, save_result
from training.dataset.data import Dataset, hash_of
from training.dataset.progress import SILENT, Progress
from training.dataset.splits import Split
from training.dataset.whole_file import replacing
from training.fitting import weights
from training.fitting.fit import Fitted
from training.fitting.worker_pool import WorkerPool, finished
from training.models import CONVOLUTIONAL


@dataclass(frozen=True, slots=True)
class Comparison:
    """The candidates best first, every result and the reasons of failures by candidate, and the fit that won."""

    ranking: tuple[RankedCandidate, ...]
    results: Mapping[str, tuple[JobResult, ...]]
    failed: Mapping[str, str]
    winner: Fitted


class JobCache:
    """The folder of one comparison: picture sets, finished results, weights.

    It is named by the pictures of every part, the extent and the sources that shape a fit or a drawing, so that neither
    other data nor other code ever meets these results; a job is named by its whole recipe, so that a changed recipe is
    fitted anew.
    """

    def __init__(self, root: Path, data: Dataset, plan: ComparisonPlan, parts: Split) -> None:
        pictures = [hash_of(getattr(parts, name)) for name in parts.counts]
        described = f"{data.sha256} {pictures} {plan.extent(parts)} {plan.most_good} {fingerprint(sources())}"
        self.folder = root / hashlib.sha256(described.encode()).hexdigest()[:12]
        self.results = self.folder / "results"

    def result(self, key: str) -> JobResult | None:
        """The result of a job, where it is finished."""
        return load_result(self.results / f"{key}.json")

    def keep(self, job: FinishedJob) -> None:
        """Keep what a job brought; the result last, since it says that all is there."""
        if job.weights:
            with replacing(self.results / f"{job.key}.pt") as draft:
                draft.write_bytes(job.weights)
        save_result(job.result, self.results / f"{job.key}.json")


def compare(
    plan: ComparisonPlan, parts: Split, cache: JobCache, pool: WorkerPool, progress: Progress = SILENT
) -> Comparison:
    """Run what has not been run, then rank all candidates.

    Args:
        plan: recipes and seeds.
        parts: of the data, bounded by the plan.
        cache: where results are kept, and found again.
        pool: runs the fits, one thread each.
        progress: shows how far it is.

    Raises:
        FitFailed: no candidate can be exported, or a process died.
    """
    jobs = [job for recipe in plan.recipes for job in jobs_of(recipe, plan.seeds)]
    remaining = [job for job in jobs if cache.result(job.key) is None]
    if len(remaining) < len(jobs):
        progress.note(f"{len(jobs) - len(remaining)} of {len(jobs)} fits were finished before: resuming")
    specs = [REFERENCE_SPEC, *(recipe.input for recipe in plan.recipes)]
    picture_sets = prepare(cache.folder, parts, specs, plan.extent(parts), pool, progress)
    futures = _start(remaining, picture_sets, cache, pool)
    for job in progress.track(finished(futures), "fitting candidates", len(futures)):
        cache.keep(job)
        progress.note(_line(job.result))
    return _ranked(jobs, cache)


def _start(
    jobs: Sequence[Job], picture_sets: PictureSets, cache: JobCache, pool: WorkerPool
) -> list[Future[FinishedJob]]:
    """Hand out the long fits first, so that none is left alone at the end."""
    futures = []
    if cache.result(REFERENCE) is None:
        futures.append(pool.submit(run_reference, picture_sets))
    longest_first = sorted(jobs, key=lambda job: -job.recipe.epochs * (1 + job.recipe.augmentation.leaks))
    return futures + [pool.submit(run_job, job, picture_sets) for job in longest_first]


def _line(result: JobResult) -> str:
    what = f"{result.candidate}, seed {result.seed}"
    what += f", without {result.left_out}" if result.left_out else ""
    return f"{what}: {result.failed or f'{result.fit_s:.0f} s'}"


def _ranked(jobs: Sequence[Job], cache: JobCache) -> Comparison:
    by_candidate: dict[str, list[JobResult]] = {REFERENCE: [_required(cache, REFERENCE)]}
    for job in jobs:
        by_candidate.setdefault(job.recipe.name, []).append(_required(cache, job.key))
    failed = {name: result.failed for name, found in by_candidate.items() for result in found if result.failed}
    ranking = rank(rank_candidate(name, found) for name, found in by_candidate.items() if name not in failed)
    winner = _winner(ranking, jobs, failed)
    return Comparison(
        results={ranked.candidate: tuple(by_candidate[ranked.candidate]) for ranked in ranking},
        ranking=tuple(ranking),
        failed=failed,
        winner=replace(weights.load(cache.results / f"{winner.key}.pt"), recipe=winner.recipe),
    )


def _winner(ranking: Iterable[RankedCandidate], jobs: Iterable[Job], failed: Mapping[str, str]) -> Job:
    """The best convolutional candidate's best seed."""
    main = {(job.recipe.name, job.recipe.seed): job for job in jobs if not job.left_out}
    for ranked in ranking:
        job = main.get((ranked.candidate, ranked.best_seed))
        if job is not None and job.recipe.model.kind in CONVOLUTIONAL:
            return job
    reasons = "".join(f"; {name}: {reason}" for name, reason in failed.items())
    raise FitFailed(f"no convolutional candidate was fitted, and only these are exported: add a recipe{reasons}")


def _required(cache: JobCache, key: str) -> JobResult:
    result = cache.result(key)
    if result is None:
        raise FitFailed(f"{cache.results / key}.json vanished while the comparison ran: run it again")
    return result

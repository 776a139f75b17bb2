"""One fit of one candidate on the picture sets, in a process of its own."""

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from service.contract.errors import LeakInspectionError
from service.contract.picture import Pixels
from service.contract.scorer import OnnxScorer
from training.comparison.examples import worst_pictures
from training.comparison.picture_sets import PictureSets
from training.comparison.result import FinishedJob, JobResult
from training.export.block_graph import arranged
from training.export.cost import score_us
from training.export.onnx_graph import serialise, to_onnx
from training.fitting import weights
from training.fitting.batches import TrainingBatches
from training.fitting.fit import Fitted, fit
from training.models.scoring import score
from training.recipe.recipe import Recipe
from training.synthetic.augmentation import LEAK_KINDS

CUT_SETS = ("choice_good", "site_choice_good", "calibration_good", "choice_leak", "site_choice_leak")
"""What places a cut, whether of the choice or of a threshold."""


@dataclass(frozen=True, slots=True)
class Job:
    """A recipe with its seed; ``left_out`` names the kind of synthetic leaks that is kept out of its augmentation."""

    recipe: Recipe
    left_out: str = ""

    @property
    def key(self) -> str:
        """Names the files of this job; what does not change the weights does not change the name."""
        fitted = self.recipe.model_dump_json(exclude={"summary", "suits", "threshold"})
        content = hashlib.sha256(fitted.encode()).hexdigest()[:8]
        return "-".join(filter(None, (self.recipe.name, str(self.recipe.seed), self.left_out, content)))


def jobs_of(recipe: Recipe, seeds: int) -> list[Job]:
    """A fit a seed, and one more for each kind of synthetic leaks where the recipe teaches them."""
    taught = LEAK_KINDS if recipe.augmentation.leaks else ()
    fits = [Job(recipe.model_copy(update={"seed": seed})) for seed in range(seeds)]
    return fits + [Job(fits[0].recipe, kind) for kind in taught]


def run_job(job: Job, picture_sets: PictureSets) -> FinishedJob:
    """Fit, score every set, measure the cost; the weights belong to what may be exported."""
    sets = picture_sets.sets(job.recipe.input)
    try:
        fitted = fit(job.recipe, _batches(job, picture_sets, sets), torch.from_numpy(sets["choice_good"]))
        result = _judge_left_out(job, fitted, sets) if job.left_out else _judge(fitted, sets)
        result = replace(result, scenes=picture_sets.scenes())
        return FinishedJob(job.key, result, b"" if job.left_out else weights.to_bytes(fitted))
    except LeakInspectionError as error:
        return FinishedJob(job.key, JobResult(job.recipe.name, job.recipe.seed, job.left_out, failed=str(error)))


def _batches(job: Job, picture_sets: PictureSets, sets: Mapping[str, Pixels]) -> TrainingBatches:
    good, taught = sets["fit_good"], job.recipe.augmentation
    if not taught.leaks and not taught.disturbances:
        return TrainingBatches(good)
    leaks, disturbances = picture_sets.augmentation(job.recipe.input)
    return TrainingBatches(
        good,
        leaks.at_most(taught.leaks).without(LEAK_KINDS.get(job.left_out, ())),
        disturbances.at_most(taught.disturbances),
        taught.repeats,
    )


def _judge(fitted: Fitted, sets: Mapping[str, Pixels]) -> JobResult:
    graph = fitted.graph
    size_bytes, microseconds = _cost(fitted, sets["choice_good"][:1])
    return JobResult(
        candidate=fitted.recipe.name,
        seed=fitted.recipe.seed,
        scores={name: tuple(score(graph, pixels).tolist()) for name, pixels in sets.items() if name != "fit_good"},
        losses=fitted.losses,
        held_out_losses=fitted.held_out_losses,
        fit_s=fitted.duration_s,
        score_us=microseconds,
        size_bytes=size_bytes,
        examples=worst_pictures(graph, {"good": sets["report_good"], "leak": sets["report_leak"]}),
    )


def _judge_left_out(job: Job, fitted: Fitted, sets: Mapping[str, Pixels]) -> JobResult:
    """Score what the fit has not been taught, and the good wells that set its cut."""
    names = [name for name in CUT_SETS if name in sets]
    names += [f"{half}/leak/{family}" for half in ("choice", "report") for family in LEAK_KINDS[job.left_out]]
    scores = {name: tuple(score(fitted.graph, sets[name]).tolist()) for name in names}
    return JobResult(job.recipe.name, job.recipe.seed, job.left_out, scores=scores, fit_s=fitted.duration_s)


def _cost(fitted: Fitted, pixels: Pixels) -> tuple[int, float]:
    """Bytes of ``model.onnx``, and microseconds to score one picture on one thread."""
    content = serialise(to_onnx(arranged(fitted.graph), fitted.recipe.input, ["score"]), {})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        path.write_bytes(content)
        return len(content), score_us(OnnxScorer(path, fitted.recipe.input), pixels)

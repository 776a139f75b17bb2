"""One fit of one candidate on the bench, in a process of its own."""

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch

from service.contract.errors import LeakInspectionError
from service.contract.picture import Pixels
from service.contract.scorer import OnnxScorer
from training.comparison.examples import worst_pictures
from training.comparison.picture_sets import Bench
from training.comparison.result import Outcome, save_outcome
from training.export.block_graph import arranged
from training.export.cost import score_us
from training.export.onnx_graph import serialise, to_onnx
from training.fitting import weights
from training.fitting.batches import Material
from training.fitting.fit import Fitted, fit
from training.models.scoring import score
from training.recipe.recipe import Recipe
from training.synthetic.augmentation import LEAK_KINDS


@dataclass(frozen=True, slots=True)
class Job:
    """A recipe with its seed; ``left_out`` names the kind of stress leaks that is kept out of its lessons."""

    recipe: Recipe
    left_out: str = ""

    @property
    def key(self) -> str:
        """Names the files of this job; what does not change the weights does not change the name."""
        fitted = self.recipe.model_dump_json(exclude={"summary", "suits", "threshold"})
        content = hashlib.sha256(fitted.encode()).hexdigest()[:8]
        return "-".join(filter(None, (self.recipe.name, str(self.recipe.seed), self.left_out, content)))


def jobs_of(recipe: Recipe, seeds: int) -> list[Job]:
    """A fit a seed, and one more for each kind of stress leaks where the recipe teaches them."""
    taught = LEAK_KINDS if recipe.lessons.leaks else ()
    fits = [Job(recipe.model_copy(update={"seed": seed})) for seed in range(seeds)]
    return fits + [Job(fits[0].recipe, kind) for kind in taught]


def run_job(job: Job, bench: Bench, results: Path) -> Outcome:
    """Fit, score every set, measure the cost; keep the outcome and the weights below ``results``."""
    sets = bench.sets(job.recipe.input)
    try:
        fitted = fit(job.recipe, _material(job, bench, sets), torch.from_numpy(sets["choice_good"]))
        outcome = _judge_left_out(job, fitted, sets) if job.left_out else _judge(fitted, sets)
        if not job.left_out:
            weights.save(fitted, results / f"{job.key}.pt")
    except LeakInspectionError as error:
        outcome = Outcome(job.recipe.name, job.recipe.seed, job.left_out, failed=str(error))
    save_outcome(outcome, results / f"{job.key}.json")
    return outcome


def _material(job: Job, bench: Bench, sets: Mapping[str, Pixels]) -> Material:
    good, taught = sets["fit_good"], job.recipe.lessons
    if not taught.leaks and not taught.nuisances:
        return Material(good)
    leaks, nuisances = bench.lessons(job.recipe.input)
    return Material(
        good,
        leaks.at_most(taught.leaks).without(LEAK_KINDS.get(job.left_out, ())),
        nuisances.at_most(taught.nuisances),
    )


def _judge(fitted: Fitted, sets: Mapping[str, Pixels]) -> Outcome:
    graph = fitted.graph
    size_bytes, microseconds = _cost(fitted, sets["choice_good"][:1])
    return Outcome(
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


def _judge_left_out(job: Job, fitted: Fitted, sets: Mapping[str, Pixels]) -> Outcome:
    """Score what the fit has not been taught, and the good wells that set its cut."""
    names = ["choice_good", "calibration_good", "choice_leak"]
    names += [f"{half}/leak/{family}" for half in ("choice", "report") for family in LEAK_KINDS[job.left_out]]
    scores = {name: tuple(score(fitted.graph, sets[name]).tolist()) for name in names}
    return Outcome(job.recipe.name, job.recipe.seed, job.left_out, scores, fit_s=fitted.duration_s)


def _cost(fitted: Fitted, pixels: Pixels) -> tuple[int, float]:
    """Bytes of ``model.onnx``, and microseconds to score one picture on one thread."""
    content = serialise(to_onnx(arranged(fitted.graph), fitted.recipe.input, ["score"]), {})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        path.write_bytes(content)
        return len(content), score_us(OnnxScorer(path, fitted.recipe.input), pixels)

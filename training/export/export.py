"""From a trained candidate to an artefact that has been proved to score as the candidate does."""

from pathlib import Path

from service.contract.artifact import EXPLAIN, MODEL, Artifact
from service.contract.manifest import InputSpec
from service.contract.scorer import OnnxScorer, Scorer, Scores
from service.contract.stored_files.draft import drafted
from training.dataset.data import Dataset, pixels_of
from training.dataset.scenes import scene_numbers
from training.dataset.splits import Split
from training.evaluation.evaluate import score_groups
from training.evaluation.thresholds import calibrate
from training.export.assembly import Findings, Identity, assemble
from training.export.block_graph import arranged
from training.export.onnx_graph import serialise, to_onnx
from training.export.parity import check_parity
from training.fitting.fit import Fitted
from training.models.scoring import ExplainGraph

PARITY_PICTURES = 64


def export(fitted: Fitted, data: Dataset, parts: Split, out: Path, findings: Findings | None = None) -> Artifact:
    """Write the artefact of a trained candidate below ``out``, with its threshold, whole or not at all.

    The threshold is chosen on the scores that the service's own scorer gives.

    Args:
        fitted: the trained candidate.
        data: what it was trained on.
        parts: how that was divided.
        out: where artefacts lie.
        findings: what is known of it beyond the manifest, for people.

    Raises:
        ExportRefused: the graph does not score as torch does, or the folder cannot be written.
        DataError: the threshold strategy needs other pictures.
    """
    spec = fitted.recipe.input
    with drafted(out) as draft:
        graph = to_onnx(arranged(fitted.graph), spec, ["score"])
        draft.write(MODEL, serialise(graph, {}))
        scorer = OnnxScorer(draft.folder / MODEL, spec)
        scenes = scene_numbers(parts.cut_good)
        threshold = calibrate(fitted.recipe.threshold, *calibration_scores(scorer, spec, parts), scenes)
        real = pixels_of((*parts.report_good[:PARITY_PICTURES], *parts.report_leak[:PARITY_PICTURES]), spec)
        parity = check_parity(fitted.graph, draft.folder / MODEL, real, threshold.value)
        explain = to_onnx(ExplainGraph(fitted.graph), spec, ["reconstruction", "error_map"])
        draft.write(EXPLAIN, serialise(explain, {}))
        identity = Identity(fitted.recipe.name, spec, fitted.recipe.model_dump(mode="json"))
        properties = {
            "leak.model_family": fitted.recipe.model.kind,
            "leak.parity_max_relative_difference": f"{parity.relative:.3g}",
        }
        return assemble(draft, graph, properties, identity, threshold, data, parts, findings or Findings())


def calibration_scores(scorer: Scorer, spec: InputSpec, parts: Split) -> tuple[Scores, Scores]:
    """Score what thresholds are chosen by: good wells [N] and leaks [M] that the model was not trained on."""
    return (
        score_groups(scorer, spec, parts.cut_good).scores,
        score_groups(scorer, spec, parts.cut_leak).scores,
    )

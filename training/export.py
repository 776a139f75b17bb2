"""From a trained candidate to an artefact that has been proved to score as the candidate does."""

from pathlib import Path

from service.contract.artifact import EXPLAIN, MODEL, Artifact
from service.contract.manifest import InputSpec, Threshold
from service.inference.scorer import OnnxScorer
from training.assembly import Findings, Identity, assemble
from training.calibrate import calibrate
from training.data import Dataset, pixels_of
from training.draft import drafted
from training.evaluate import score_groups
from training.fit import Fitted
from training.onnx_graph import serialise, to_onnx
from training.parity import check_parity
from training.scoring import ExplainGraph
from training.specs import ThresholdRule
from training.splits import Split

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
        graph = to_onnx(fitted.graph, spec, ["score"])
        draft.write(MODEL, serialise(graph, {}))
        threshold = threshold_for(OnnxScorer(draft.folder / MODEL, spec), spec, fitted.recipe.threshold, parts)
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


def threshold_for(scorer: OnnxScorer, spec: InputSpec, rule: ThresholdRule, parts: Split) -> Threshold:
    """Choose the threshold by a rule from good wells and leaks that the model was not trained on."""
    good, leak = (score_groups(scorer, spec, groups).scores for groups in (parts.calibration_good, parts.choice_leak))
    return calibrate(rule, good, leak)

"""Another threshold for the same weights."""

from dataclasses import replace
from pathlib import Path

import onnx

from service.contract.artifact import EXPLAIN, Artifact
from service.contract.manifest import Threshold
from service.contract.scorer import OnnxScorer
from service.contract.stored_files.draft import drafted
from training.dataset.data import Dataset
from training.dataset.layout import Label
from training.dataset.scenes import scene_numbers, with_scenes
from training.dataset.splits import Split, split
from training.evaluation.thresholds import chosen
from training.export.assembly import Findings, Identity, assemble
from training.export.export import calibration_scores
from training.recipe.parts import ThresholdRule


def recalibrate(artifact: Artifact, rule: ThresholdRule, data: Dataset, out: Path) -> Artifact:
    """Write a new artefact below ``out``: the same weights, the threshold by another rule or from other wells.

    On the data that the model was trained on, the calibration part sets the threshold; of any other data, every good
    well does, so it must hold none that the model was trained on.

    Raises:
        RecipeError: the rule has a parameter that its strategy does not take, or one out of range.
        TooFewPictures: the rule needs more; a budget that was asked for is never widened.
    """
    spec = artifact.manifest.input
    parts = _parts(artifact, data)
    scores = calibration_scores(OnnxScorer(artifact.model_path, spec), spec, parts)
    threshold = chosen(rule, *scores, scene_numbers(parts.cut_good))
    graph = onnx.load(artifact.model_path)
    kept = {entry.key: entry.value for entry in graph.metadata_props}
    with drafted(out) as draft:
        draft.write(EXPLAIN, artifact.explain_path.read_bytes())
        identity = Identity(artifact.manifest.name, spec, artifact.manifest.recipe)
        return assemble(draft, graph, _lasting(kept, threshold, data), identity, threshold, data, parts, Findings())


def _parts(artifact: Artifact, data: Dataset) -> Split:
    if data.sha256 == artifact.manifest.data.sha256:
        return split(data)
    linked = with_scenes([group for group in data.groups if not group.sealed])
    good, leak = (tuple(group for group in linked if group.label is label) for label in Label)
    return replace(
        split(data), fit_good=(), calibration_good=good, choice_leak=leak, report_good=good, report_leak=leak
    )


def _lasting(kept: dict[str, str], threshold: Threshold, data: Dataset) -> dict[str, str]:
    """The properties of the weights, which a new threshold does not change."""
    new = {
        "leak.threshold": repr(threshold.value),
        "leak.threshold_strategy": threshold.strategy,
        "leak.data_sha256": data.sha256,
    }
    return kept | new

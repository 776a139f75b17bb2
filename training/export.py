"""From a trained candidate to an artefact that has been proved to score as the candidate does."""

import platform
from importlib import metadata
from pathlib import Path

from service.contract.artifact import EXPLAIN, MANIFEST, MODEL, Artifact, artifact_id, open_artifact
from service.contract.manifest import InputSpec, Manifest, Threshold, TrainingData
from service.inference.scorer import OnnxScorer
from training.calibrate import calibrate
from training.config import Recipe
from training.data import Dataset, pixels_of
from training.draft import Draft, drafted
from training.evaluate import score_groups
from training.fit import Fitted
from training.onnx_graph import serialise, to_onnx
from training.parity import Parity, check_parity
from training.scoring import ExplainGraph
from training.specs import ThresholdRule
from training.splits import Split

PARITY_PICTURES = 64
LIBRARIES = ("leak-inspection", "torch", "onnx", "onnxscript", "onnxruntime", "numpy", "opencv-python-headless")


def export(fitted: Fitted, data: Dataset, parts: Split, out: Path) -> Artifact:
    """Write the artefact of a trained candidate below ``out``, with its threshold, whole or not at all.

    The threshold is chosen on the scores that the service's own scorer gives.

    Raises:
        ExportRefused: the graph does not score as torch does, or the folder cannot be written.
        DataError: the threshold strategy needs other pictures.
    """
    with drafted(out) as draft:
        graph = to_onnx(fitted.graph, fitted.recipe.input, ["score"])
        draft.write(MODEL, serialise(graph, {}))
        scorer = OnnxScorer(draft.folder / MODEL, fitted.recipe.input)
        threshold = threshold_for(scorer, fitted.recipe.input, fitted.recipe.threshold, parts)
        real = (*parts.report_good[:PARITY_PICTURES], *parts.report_leak[:PARITY_PICTURES])
        pixels = pixels_of(real, fitted.recipe.input)
        parity = check_parity(fitted.graph, draft.folder / MODEL, pixels, threshold.value)
        model = serialise(graph, _properties(fitted, data, threshold, parity))
        draft.write(MODEL, model)
        explain = to_onnx(ExplainGraph(fitted.graph), fitted.recipe.input, ["reconstruction", "error_map"])
        draft.write(EXPLAIN, serialise(explain, {}))
        manifest = _manifest(draft, fitted.recipe, data, parts, threshold)
        draft.write(MANIFEST, manifest.model_dump_json(indent=2).encode() + b"\n")
        folder = draft.publish(artifact_id(fitted.recipe.name, model))
    return open_artifact(folder)


def threshold_for(scorer: OnnxScorer, spec: InputSpec, rule: ThresholdRule, parts: Split) -> Threshold:
    """Choose the threshold by a rule from good wells and leaks that the model was not trained on."""
    good, leak = (score_groups(scorer, spec, groups).scores for groups in (parts.calibration_good, parts.choice_leak))
    return calibrate(rule, good, leak)


def _manifest(draft: Draft, recipe: Recipe, data: Dataset, parts: Split, threshold: Threshold) -> Manifest:
    scorer = OnnxScorer(draft.folder / MODEL, recipe.input)
    halves = {
        "choice": (*parts.choice_good, *parts.choice_leak),
        "report": (*parts.report_good, *parts.report_leak),
    }
    return Manifest(
        name=recipe.name,
        input=recipe.input,
        threshold=threshold,
        metrics={
            name: score_groups(scorer, recipe.input, groups).metrics(threshold.value) for name, groups in halves.items()
        },
        data=TrainingData(sha256=data.sha256, groups=parts.counts, contradictions=data.contradictions),
        recipe=recipe.model_dump(mode="json"),
        versions=versions(),
        files=draft.checksums(),
    )


def versions() -> dict[str, str]:
    """Versions of the software that the scores depend on."""
    return {"python": platform.python_version()} | {name: metadata.version(name) for name in LIBRARIES}


def _properties(fitted: Fitted, data: Dataset, threshold: Threshold, parity: Parity) -> dict[str, str]:
    spec = fitted.recipe.input
    return {
        "Image.BitmapPixelFormat": "Rgb8",
        "Image.ColorSpaceGamma": "SRGB",
        "Image.NominalPixelRange": "NominalRange_0_255",
        "model_license": "Apache-2.0",
        "leak.name": fitted.recipe.name,
        "leak.model_family": fitted.recipe.model.kind,
        "leak.input_hw": f"{spec.height}x{spec.width}",
        "leak.score": "mse_mean_per_image",
        "leak.vae_mode": "mean",
        "leak.threshold": repr(threshold.value),
        "leak.threshold_strategy": threshold.strategy,
        "leak.data_sha256": data.sha256,
        "leak.parity_max_relative_difference": f"{parity.relative:.3g}",
    }

"""From a model that somebody trained elsewhere to an artefact with gate, golden pictures, parity and threshold."""

from pathlib import Path

import numpy as np
from pydantic import JsonValue

from service.contract.artifact import EXPLAIN, MODEL, Artifact
from service.contract.errors import ArtifactInvalid, ExportRefused
from service.contract.picture import Pixels
from service.contract.scorer import OnnxScorer, Scores
from service.contract.stored_files.draft import Draft, drafted
from training.dataset.data import Dataset, pixels_of
from training.dataset.scenes import scene_numbers
from training.dataset.splits import Split
from training.evaluation.thresholds import calibrate
from training.export.assembly import Findings, Identity, assemble
from training.export.export import PARITY_PICTURES, calibration_scores
from training.export.foreign.model import ForeignModel
from training.export.foreign.wrapped_graph import explaining_graph, scoring_graph
from training.export.onnx_graph import serialise
from training.export.parity import Parity, compare_scores, drawn
from training.recipe.parts import ThresholdRule


def import_onnx(
    path: Path, model: ForeignModel, name: str, rule: ThresholdRule, data: Dataset, parts: Split, out: Path
) -> Artifact:
    """Write an artefact below ``out`` that scores as the model does, whole or not at all.

    Args:
        path: of the model's file.
        model: what is in it.
        name: of the artefact.
        rule: of the threshold.
        data: good wells and leaks that the model was not trained on.
        parts: how they are divided; those for fitting teach the gate and draw golden pictures.
        out: where artefacts lie.

    Raises:
        ExportRefused: the model cannot be served: it takes one picture at a time, scores below 0, draws random numbers,
            or scores otherwise inside our graph than alone.
        DataError: the threshold strategy needs other pictures.
    """
    with drafted(out) as draft:
        graph = scoring_graph(model)
        draft.write(MODEL, serialise(graph, {}))
        scorer = _scorer(draft, model)
        good, leak = calibration_scores(scorer, model.spec, parts)
        _require_positive(np.concatenate([good, leak]))
        threshold = calibrate(rule, good, leak, scene_numbers(parts.cut_good))
        real = pixels_of((*parts.report_good[:PARITY_PICTURES], *parts.report_leak[:PARITY_PICTURES]), model.spec)
        parity = _check_parity(model, scorer, real, threshold.value)
        draft.write(EXPLAIN, serialise(explaining_graph(model), {}))
        properties = {
            "leak.model_family": "imported",
            "leak.score": f"imported_{model.output_is}",
            "leak.parity_max_relative_difference": f"{parity.relative:.3g}",
        }
        identity = Identity(name, model.spec, _described(path, model))
        return assemble(draft, graph, properties, identity, threshold, data, parts, Findings())


def _scorer(draft: Draft, model: ForeignModel) -> OnnxScorer:
    try:
        return OnnxScorer(draft.folder / MODEL, model.spec)
    except ArtifactInvalid as error:
        raise ExportRefused(
            "onnxruntime refuses the model: export it with a lower opset, without own operators"
        ) from error
    except Exception as error:  # onnxruntime's errors share no base class below Exception
        reason = str(error).splitlines()[0][:200]
        raise ExportRefused(f"the model takes no batches: export it with a free first axis ({reason})") from error


def _require_positive(scores: Scores) -> None:
    if not np.isfinite(scores).all() or (scores < 0).any():
        raise ExportRefused(
            f"the model scores from {scores.min():.4g} to {scores.max():.4g}: a score must be 0 or more, and higher "
            "where it is more anomalous"
        )


def _check_parity(model: ForeignModel, scorer: OnnxScorer, real: Pixels, threshold: float) -> Parity:
    """Compare what is served with the file as it came, fed by plain numpy, picture by picture and in a batch."""
    pixels = np.concatenate([real, *drawn(model.spec).values()])
    expected = _scores_alone(model, pixels)
    alone = np.concatenate([scorer.score(pixels[index : index + 1]) for index in range(len(pixels))])
    return compare_scores(expected, np.stack([alone, scorer.score(pixels)]), threshold)


def _scores_alone(model: ForeignModel, pixels: Pixels) -> Scores:
    session = model.opened()
    scores = []
    for picture in pixels:
        taken = model.prepare(picture[None])
        found = model.run(session, taken)
        if model.output_is == "reconstruction":
            scores.append(float(np.mean((taken - found.reshape(taken.shape)) ** 2, dtype=np.float64)))
        else:
            scores.append(float(found.max()))
    return np.array(scores, np.float32)


def _described(path: Path, model: ForeignModel) -> dict[str, JsonValue]:
    producer = " ".join(filter(None, (model.graph.producer_name, model.graph.producer_version))) or "an unknown tool"
    return {
        "summary": f"Imported from {path.name}, which {producer} wrote",
        "imported": {
            "input": model.input,
            "output": model.output,
            "output_is": model.output_is,
            "layout": model.layout,
            "channels": model.channels,
            "mean": list(model.mean),
            "std": list(model.std),
        },
    }

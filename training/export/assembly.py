"""The last steps of every artefact: metadata, figures, documents, manifest, publication."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from onnx import ModelProto
from pydantic import JsonValue

from service.contract.artifact import MANIFEST, MODEL, Artifact, artifact_id, open_artifact
from service.contract.detector import Detector
from service.contract.gate.gate import Gate
from service.contract.manifest import GateLimits, InputSpec, Manifest, Metrics, Rate, Threshold, TrainingData
from service.contract.scorer import OnnxScorer
from service.contract.stored_files.draft import Draft
from training.dataset.data import Dataset, Group, hash_of, pixels_of, small_pictures
from training.dataset.origin import describe_origin
from training.dataset.splits import Split, division, first_words
from training.evaluation.content import CorruptionRates
from training.evaluation.evaluate import score_groups, serve_groups
from training.evaluation.robustness import judge_corrupted
from training.evaluation.thresholds import warnings_of
from training.export.cost import describe_machine, score_us
from training.export.drift_reference import learn_drift
from training.export.golden import write_golden
from training.export.model_card import CardFacts, render_card
from training.export.onnx_graph import serialise
from training.export.versions import versions
from training.gate.limits import learn_gate

MODEL_CARD = "MODEL_CARD.md"
REPORT = "report/comparison.html"


@dataclass(frozen=True, slots=True)
class Identity:
    """What an artefact is called, what it takes, and the recipe it was made by."""

    name: str
    spec: InputSpec
    recipe: dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Findings:
    """What is known of a candidate beyond the manifest: for the model card, and the report without pictures."""

    families: dict[str, Rate] = field(default_factory=dict)
    disturbances: dict[str, Rate] = field(default_factory=dict)
    fit_s: float = 0.0
    report: str | None = None


def assemble(
    draft: Draft,
    graph: ModelProto,
    properties: Mapping[str, str],
    identity: Identity,
    threshold: Threshold,
    data: Dataset,
    parts: Split,
    findings: Findings,
) -> Artifact:
    """Complete a draft that holds ``explain.onnx``, publish it and open what was published."""
    model = serialise(graph, {**_properties(identity, threshold, data), **properties})
    draft.write(MODEL, model)
    scorer = OnnxScorer(draft.folder / MODEL, identity.spec)
    name = artifact_id(identity.name, model)
    ungated = Detector(Gate(GateLimits(), identity.spec), identity.spec, scorer, threshold)
    gate = learn_gate(parts, ungated)
    detector = replace(ungated, gate=Gate(gate, identity.spec))
    manifest = Manifest(
        name=identity.name,
        input=identity.spec,
        threshold=threshold,
        metrics=_metrics(detector, parts),
        gate=gate,
        levels=data.levels,
        drift=learn_drift(parts, scorer, identity.spec),
        golden=write_golden(draft, parts, detector),
        data=_training_data(data, parts),
        recipe=identity.recipe,
        versions=versions(),
        files={},
    )
    facts = CardFacts(
        artifact=name,
        origins=describe_origin(data),
        division=f"{first_words(parts)} {division(parts)}",
        families=findings.families,
        disturbances=findings.disturbances,
        robustness=_robustness(detector, parts),
        fit_s=findings.fit_s,
        score_us=score_us(scorer, pixels_of(parts.report_good[:1], identity.spec)),
        size_bytes=len(model),
        machine=describe_machine(),
        warnings=tuple(warnings_of(threshold)),
    )
    draft.write(MODEL_CARD, render_card(manifest, facts).encode())
    if findings.report is not None:
        draft.write(REPORT, findings.report.encode())
    manifest = manifest.model_copy(update={"files": draft.checksums()})
    draft.write(MANIFEST, manifest.model_dump_json(indent=2).encode() + b"\n")
    return open_artifact(draft.publish(name))


def _metrics(detector: Detector, parts: Split) -> dict[str, Metrics]:
    names = ("choice", "report", "site_choice", "site_report")
    halves = {name: parts.half(name) for name in names[: 4 if parts.has_site else 2]}
    return {name: _measured(detector, groups) for name, groups in halves.items()}


def _measured(detector: Detector, groups: Sequence[Group]) -> Metrics:
    scored = score_groups(detector.scorer, detector.input, groups).metrics(detector.threshold.value)
    return scored.model_copy(update={"served": serve_groups(detector, groups)})


def _robustness(detector: Detector, parts: Split) -> tuple[CorruptionRates, ...]:
    good, leaks = small_pictures(parts.report_good), small_pictures(parts.report_leak)
    return judge_corrupted(good, leaks, detector.of_any_size()) if leaks else ()


def _training_data(data: Dataset, parts: Split) -> TrainingData:
    site = (*parts.half("site_choice"), *parts.half("site_report"))
    return TrainingData(
        sha256=data.sha256,
        site_sha256=hash_of(site) if site else None,
        groups=parts.counts,
        contradictions=data.contradictions,
    )


def _properties(identity: Identity, threshold: Threshold, data: Dataset) -> dict[str, str]:
    return {
        "Image.BitmapPixelFormat": "Rgb8",
        "Image.ColorSpaceGamma": "SRGB",
        "Image.NominalPixelRange": "NominalRange_0_255",
        "model_license": "Apache-2.0",
        "leak.name": identity.name,
        "leak.input_hw": f"{identity.spec.height}x{identity.spec.width}",
        "leak.score": "mse_mean_per_image",
        "leak.vae_mode": "mean",
        "leak.threshold": repr(threshold.value),
        "leak.threshold_strategy": threshold.strategy,
        "leak.data_sha256": data.sha256,
    }

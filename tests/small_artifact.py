"""A whole artefact in milliseconds: its graph compares a picture with the mean of drawn good wells."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from service.contract.artifact import EXPLAIN, MANIFEST, MODEL, artifact_id, sha256_hex, write_active
from service.contract.decision import Verdict, decide
from service.contract.manifest import GoldenPicture, InputSpec, Manifest, Threshold, TrainingData
from service.contract.picture import Pixels, decode, to_pixels
from service.contract.scorer import OnnxScorer
from tests.wells import good_well, leaking_well, write_picture

SPEC = InputSpec(height=24, width=40)
THRESHOLD = 0.005
OPSET = 17


def write_artifact(
    root: Path,
    name: str = "small",
    shade: float = 0.0,
    golden: bool = True,
    well: Callable[[int], Pixels] = good_well,
    spec: InputSpec = SPEC,
) -> str:
    """Write an artefact below ``root``, make it the active one and return its id.

    ``shade`` makes another graph, ``well`` one for other good wells, ``spec`` one of another size.
    """
    reference = np.mean([to_pixels(well(seed), spec) for seed in range(40)], axis=0) / 255 + shade
    model = _score_graph(reference.astype(np.float32))
    folder = root / artifact_id(name, model)
    (folder / "golden").mkdir(parents=True)
    (folder / MODEL).write_bytes(model)
    (folder / EXPLAIN).write_bytes(_explain_graph(reference.astype(np.float32)))
    pictures = {"golden/good.png": well(1), "golden/leak.png": leaking_well(1)} if golden else {}
    for file, picture in pictures.items():
        write_picture(folder / file, picture)
    manifest = Manifest(
        name=name,
        input=spec,
        threshold=Threshold(value=THRESHOLD, strategy="decision_stump"),
        golden=tuple(_golden(folder, file, spec) for file in pictures),
        data=TrainingData(sha256="0" * 64, groups={"fit_good": 40}),
        versions={"onnxruntime": "any"},
        files={file: sha256_hex((folder / file).read_bytes()) for file in (MODEL, EXPLAIN, *pictures)},
    )
    (folder / MANIFEST).write_text(manifest.model_dump_json())
    write_active(root, folder.name)
    return folder.name


def rewrite_manifest(folder: Path, **changes: object) -> None:
    """Change fields of a manifest on disk, for faults."""
    path = folder / MANIFEST
    path.write_text(json.dumps(json.loads(path.read_bytes()) | changes))


def _golden(folder: Path, file: str, spec: InputSpec) -> GoldenPicture:
    pixels: Pixels = to_pixels(decode((folder / file).read_bytes()), spec)[None]
    score = float(OnnxScorer(folder / MODEL, spec).score(pixels)[0])
    return GoldenPicture(file=file, score=score, verdict=Verdict(decide(score, THRESHOLD).verdict))


def _score_graph(reference: np.ndarray) -> bytes:
    nodes = [
        *_error_nodes(),
        helper.make_node("ReduceMean", ["error"], ["score"], axes=[1, 2, 3], keepdims=0),
    ]
    return _graph(nodes, reference, [helper.make_tensor_value_info("score", TensorProto.FLOAT, ["N"])])


def _explain_graph(reference: np.ndarray) -> bytes:
    nodes = [
        *_error_nodes(),
        helper.make_node("ReduceMean", ["error"], ["error_map"], axes=[3], keepdims=0),
        helper.make_node("Sub", ["scaled", "difference"], ["reconstruction"]),
    ]
    shape: list[str | int | None] = ["N", *reference.shape[:2]]
    outputs = [
        helper.make_tensor_value_info("reconstruction", TensorProto.FLOAT, [*shape, 3]),
        helper.make_tensor_value_info("error_map", TensorProto.FLOAT, shape),
    ]
    return _graph(nodes, reference, outputs)


def _error_nodes() -> list[onnx.NodeProto]:
    return [
        helper.make_node("Cast", ["pixels"], ["float"], to=TensorProto.FLOAT),
        helper.make_node("Div", ["float", "white"], ["scaled"]),
        helper.make_node("Sub", ["scaled", "reference"], ["difference"]),
        helper.make_node("Mul", ["difference", "difference"], ["error"]),
    ]


def _graph(nodes: list[onnx.NodeProto], reference: np.ndarray, outputs: list[onnx.ValueInfoProto]) -> bytes:
    pixels = helper.make_tensor_value_info("pixels", TensorProto.UINT8, ["N", *reference.shape])
    constants = [
        numpy_helper.from_array(reference, "reference"),
        numpy_helper.from_array(np.array(255, np.float32), "white"),
    ]
    graph = helper.make_graph(nodes, "small", [pixels], outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    serialised: bytes = model.SerializeToString()
    return serialised

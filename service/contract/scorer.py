"""The scorer: one onnxruntime session from pixels to anomaly scores."""

from pathlib import Path
from typing import Protocol

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from service.contract.errors import ArtifactInvalid
from service.contract.manifest import InputSpec
from service.contract.picture import Pixels
from service.contract.run_limit import RunLimit

Scores = NDArray[np.float32]

WARM_UP_BATCHES = (1, 80)


class Scorer(Protocol):
    """Scores pixels; the smallest thing the inspector needs."""

    def score(self, pixels: Pixels) -> Scores:
        """Score uint8 [N, H, W, 3] into float32 [N], higher is more anomalous."""


class OnnxScorer:
    """Scores with ``model.onnx`` on the CPU, warmed up when constructed."""

    def __init__(self, model: Path, spec: InputSpec, threads: int = 1, limit: RunLimit | None = None) -> None:
        self._limit = limit or RunLimit()
        self._session = open_session(model, threads)
        _check_signature(self._session, spec, model)
        for size in WARM_UP_BATCHES:
            self.score(np.zeros((size, spec.height, spec.width, 3), np.uint8))

    def score(self, pixels: Pixels) -> Scores:
        """Score uint8 [N, H, W, 3] into float32 [N], higher is more anomalous; safe to call from many threads."""
        options = ort.RunOptions()
        number = self._limit.begin(options)
        try:
            return self._session.run(("score",), {"pixels": pixels}, options)[0]  # type: ignore[no-any-return]
        finally:
            self._limit.end(number)


def open_session(model: Path, threads: int = 1) -> ort.InferenceSession:
    """Open a graph on the CPU with that many threads and no spinning.

    Raises:
        ArtifactInvalid: onnxruntime refuses the graph.
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return ort.InferenceSession(model.read_bytes(), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors share no base class below Exception
        raise ArtifactInvalid(f"{model.parent.name}: onnxruntime refuses {model.name}: export again") from error


def _check_signature(session: ort.InferenceSession, spec: InputSpec, model: Path) -> None:
    inputs = [(node.name, node.type, tuple(node.shape[1:])) for node in session.get_inputs()]
    outputs = [(node.name, node.type) for node in session.get_outputs()]
    expected = [("pixels", "tensor(uint8)", (spec.height, spec.width, 3))]
    if inputs != expected or outputs != [("score", "tensor(float)")]:
        raise ArtifactInvalid(
            f"{model.parent.name}: {model.name} takes {inputs} and gives {outputs}, "
            f"not pixels uint8 [N, {spec.height}, {spec.width}, 3] and score: export again"
        )

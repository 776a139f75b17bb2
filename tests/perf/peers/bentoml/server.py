"""BentoML with adaptive batching over the same ONNX graph, pictures prepared with PIL."""

import os
from pathlib import Path
from typing import Annotated

import bentoml
import numpy as np
import onnxruntime
from bentoml.validators import ContentType
from PIL import Image

HEIGHT, WIDTH = int(os.environ["MODEL_HEIGHT"]), int(os.environ["MODEL_WIDTH"])
THRESHOLD = float(os.environ["MODEL_THRESHOLD"])


@bentoml.service(workers=1, traffic={"timeout": 30}, logging={"access": {"enabled": False}})
class Scorer:
    """Decodes and scores what arrives together."""

    def __init__(self) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(os.environ["MODEL"], options, providers=["CPUExecutionProvider"])

    @bentoml.api(route="/v1/inspect", batchable=True, max_batch_size=32, max_latency_ms=10_000)
    def inspect(self, file: list[Annotated[Path, ContentType("image/jpeg")]]) -> list[dict]:
        """Score crops."""
        pixels = np.stack([self._pixels(path) for path in file])
        scores = self.session.run(["score"], {"pixels": pixels})[0]
        return [{"verdict": "leak" if score >= THRESHOLD else "no_leak", "score": score} for score in scores.tolist()]

    def _pixels(self, path: Path) -> np.ndarray:
        picture = Image.open(path).convert("RGB")
        return np.asarray(picture.resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR))

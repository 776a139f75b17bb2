"""LitServe with dynamic batching over the same ONNX graph, pictures prepared with PIL."""

import io
import sys
from typing import Annotated

import litserve
import numpy as np
import onnxruntime
from fastapi import Body
from PIL import Image

port, model, height, width, threshold = sys.argv[1:]


class LeakApi(litserve.LitAPI):
    """Decode, stack, score, answer."""

    def setup(self, device: str) -> None:  # noqa: ARG002  # the name is LitServe's
        """Open the graph with one thread."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def decode_request(self, request: Annotated[bytes, Body(media_type="image/jpeg")]) -> np.ndarray:
        """Bytes to uint8 [height, width, 3]."""
        picture = Image.open(io.BytesIO(request)).convert("RGB")
        return np.asarray(picture.resize((int(width), int(height)), Image.Resampling.BILINEAR))

    def batch(self, inputs: list[np.ndarray]) -> np.ndarray:
        """Stack what arrived together."""
        return np.stack(inputs)

    def predict(self, pixels: np.ndarray) -> np.ndarray:
        """Score."""
        return self.session.run(["score"], {"pixels": pixels})[0]

    def unbatch(self, scores: np.ndarray) -> list[float]:
        """One score a crop."""
        return scores.tolist()

    def encode_response(self, score: float) -> dict[str, object]:
        """Score to verdict."""
        return {"verdict": "leak" if score >= float(threshold) else "no_leak", "score": score}


if __name__ == "__main__":
    api = LeakApi(max_batch_size=32, batch_timeout=0.002, api_path="/v1/inspect")
    server = litserve.LitServer(api, accelerator="cpu", workers_per_device=1, timeout=30)
    server.run(port=int(port), generate_client_file=False, log_level="warning", access_log=False)

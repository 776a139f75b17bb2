"""The heatmap of a decision: what was sent, what the model expected, and where the two differ.

The colours mean the same on every heatmap of an artefact. ``error_map`` is on the scale of the score, its mean over all
pixels or (where the recipe says so) over the largest alone, so pixels are measured in thresholds: up to
``BLANK_UP_TO`` of them a pixel stays black, from ``FULL_FROM`` on it is white hot. A good well is almost blank.
"""

from collections import OrderedDict
from pathlib import Path
from threading import Lock
from typing import TypeVar

import cv2
import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from service.contract.artifact import Artifact, artifact_folder, open_artifact
from service.contract.errors import ArtifactError, NotFound, PictureError
from service.contract.picture import Pixels, decode, to_pixels
from service.contract.scorer import open_session

BLANK_UP_TO = 2.0
FULL_FROM = 12.0
PANEL_HEIGHT = 192
GAP = 8
KEPT_ARTIFACTS = 2
KEPT_HEATMAPS = 64

Map = NDArray[np.float32]
K = TypeVar("K")
V = TypeVar("V")


class Heatmaps:
    """Draws heatmaps with the artefact that made the decision; safe to call from many threads, one draws at a time."""

    def __init__(self, artifacts: Path, max_pixels: int, made: Path | None = None) -> None:
        self._artifacts = artifacts
        self._made = made
        self._max_pixels = max_pixels
        self._lock = Lock()
        self._explainers: OrderedDict[str, Explainer] = OrderedDict()
        self._drawn: OrderedDict[tuple[str, str], bytes] = OrderedDict()

    def draw(self, artifact_id: str, image_sha256: str, image: bytes) -> bytes:
        """Return the heatmap of a picture as PNG; the newest ones are remembered.

        Raises:
            NotFound: the artefact is no longer there, or the picture cannot be decoded.
        """
        key = (artifact_id, image_sha256)
        with self._lock:
            png = self._drawn.get(key) or self._draw(self._explainer(artifact_id), image)
            _keep(self._drawn, key, png, KEPT_HEATMAPS)
        return png

    def _draw(self, explainer: "Explainer", image: bytes) -> bytes:
        try:
            picture = decode(image, self._max_pixels, levels=explainer.levels)
        except PictureError as error:
            raise NotFound(f"there is no heatmap of this picture: {error}") from error
        return explainer.draw(picture)

    def _explainer(self, artifact_id: str) -> "Explainer":
        explainer = self._explainers.get(artifact_id)
        if explainer is None:
            try:
                explainer = Explainer(open_artifact(artifact_folder(artifact_id, self._artifacts, self._made)))
            except ArtifactError as error:
                raise NotFound(f"there is no heatmap without the artefact of the decision: {error}") from error
        _keep(self._explainers, artifact_id, explainer, KEPT_ARTIFACTS)
        return explainer


class Explainer:
    """Draws with the ``explain.onnx`` of one artefact."""

    def __init__(self, artifact: Artifact) -> None:
        self.levels = artifact.manifest.levels
        self._spec = artifact.manifest.input
        self._threshold = artifact.manifest.threshold.value
        self._session: ort.InferenceSession = open_session(artifact.explain_path)

    def draw(self, picture: Pixels) -> bytes:
        """Draw uint8 [H, W, 3] RGB, its reconstruction and its error side by side, as PNG."""
        pixels = to_pixels(picture, self._spec)
        outputs = self._session.run(("reconstruction", "error_map"), {"pixels": pixels[None]})
        reconstruction: Map = outputs[0][0]
        error_map: Map = outputs[1][0]
        expected = np.rint(np.clip(reconstruction, 0, 1) * 255).astype(np.uint8)
        size = self._panel_size()
        panels = [_scaled(picture, size), _scaled(expected, size), _heat(error_map / self._threshold, size)]
        gap = np.zeros((size[1], GAP, 3), np.uint8)
        row = np.hstack([panels[0], gap, panels[1], gap, panels[2]])
        return cv2.imencode(".png", cv2.cvtColor(row, cv2.COLOR_RGB2BGR))[1].tobytes()

    def _panel_size(self) -> tuple[int, int]:
        return round(PANEL_HEIGHT * self._spec.width / self._spec.height), PANEL_HEIGHT


def _heat(thresholds: Map, size: tuple[int, int]) -> Pixels:
    """Colour a map of errors in thresholds, [H, W] into uint8 RGB of the size."""
    level = np.clip((thresholds - BLANK_UP_TO) / (FULL_FROM - BLANK_UP_TO), 0, 1)
    colours = cv2.applyColorMap(np.rint(level * 255).astype(np.uint8), cv2.COLORMAP_INFERNO)
    scaled = cv2.resize(colours, size, interpolation=cv2.INTER_NEAREST)
    return cv2.cvtColor(scaled, cv2.COLOR_BGR2RGB)  # type: ignore[no-any-return]  # 8 bits in, 8 bits out


def _scaled(picture: Pixels, size: tuple[int, int]) -> Pixels:
    rule = cv2.INTER_CUBIC if picture.shape[0] < size[1] else cv2.INTER_AREA
    return cv2.resize(picture, size, interpolation=rule)  # type: ignore[return-value]  # 8 bits in, 8 bits out


def _keep(cache: OrderedDict[K, V], key: K, value: V, most: int) -> None:
    cache[key] = value
    cache.move_to_end(key)
    if len(cache) > most:
        cache.popitem(last=False)

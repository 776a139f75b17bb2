"""Pictures inside a page: PNG data URIs, and the colours of an error map."""

import base64
from dataclasses import dataclass
from typing import Literal

import cv2
import matplotlib
import numpy as np
from numpy.typing import NDArray

from service.contract.picture import Pixels

STRONG_ERROR_QUANTILE = 0.995


@dataclass(frozen=True, slots=True)
class Example:
    """One judged picture, shown beside its reconstruction and error map (PNG data URIs)."""

    name: str
    label: Literal["good", "leak"]
    score: float
    picture: str
    reconstruction: str
    error_map: str


def example(
    name: str,
    label: Literal["good", "leak"],
    score: float,
    *,
    picture: Pixels,
    reconstruction: NDArray[np.float32],
    error_map: NDArray[np.float32],
) -> Example:
    """Show a picture beside what the model made of it.

    Args:
        name: file name.
        label: the true one.
        score: anomaly score.
        picture: uint8 [H, W, 3], RGB.
        reconstruction: [h, w, 3], RGB in 0..1, as ``explain.onnx`` gives it.
        error_map: [h, w], squared errors, 0 or more.
    """
    restored = np.rint(np.clip(reconstruction, 0, 1) * 255).astype(np.uint8)
    return Example(name, label, score, data_uri(picture), data_uri(restored), data_uri(coloured(error_map)))


def coloured(error_map: NDArray[np.float32]) -> Pixels:
    """Colour an error map [h, w] from black (no error) to yellow (its own strongest); uint8 [h, w, 3]."""
    strongest = float(np.quantile(error_map, STRONG_ERROR_QUANTILE)) or 1.0
    shades = matplotlib.colormaps["inferno"](np.clip(error_map / strongest, 0, 1))
    return (shades[..., :3] * 255).round().astype(np.uint8)  # type: ignore[no-any-return]  # colormaps are not typed


def data_uri(picture: Pixels) -> str:
    """Encode uint8 [H, W, 3], RGB, as a PNG that an ``img`` element takes as its source."""
    _, png = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    return "data:image/png;base64," + base64.b64encode(png.tobytes()).decode()

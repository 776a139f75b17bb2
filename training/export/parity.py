"""The proof that the exported graph scores as the trained one does, by the service's own scorer."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from service.contract.decision import decide
from service.contract.detector import pictures_at_once
from service.contract.errors import ExportRefused
from service.contract.manifest import InputSpec
from service.contract.picture import Pixels
from service.contract.scorer import OnnxScorer, Scores
from training.models.scoring import ScoringGraph, score

RELATIVE = 1e-5
ABSOLUTE = 1e-7
NOISE_SEED = 0


class Parity(NamedTuple):
    """The largest differences found between torch and onnxruntime, and on how many scores."""

    relative: float
    absolute: float
    scores: int


def check_parity(graph: ScoringGraph, model: Path, real: Pixels, threshold: float) -> Parity:
    """Compare scores and verdicts on real and drawn pictures, alone and in batches.

    Args:
        graph: the trained graph.
        model: the exported graph.
        real: uint8 [N, H, W, 3], pictures of wells.
        threshold: the artefact's.

    Raises:
        ExportRefused: a score differs by more than 1e-5 relative and 1e-7 absolute, or a verdict differs.
    """
    pixels = np.concatenate([real, *drawn(graph.spec).values()])
    expected = score(graph, pixels)
    scorer = OnnxScorer(model, graph.spec)
    alone = np.concatenate([scorer.score(pixels[index : index + 1]) for index in range(len(pixels))])
    step = pictures_at_once(graph.spec)
    together = [scorer.score(pixels[start : start + step]) for start in range(0, len(pixels), step)]
    found = np.stack([alone, np.concatenate(together)])
    return compare_scores(expected, found, threshold)


def drawn(spec: InputSpec) -> Mapping[str, Pixels]:
    """Pictures at the edge of what can come in, each uint8 [1, H, W, 3], by name."""
    shape = (1, spec.height, spec.width, 3)
    checks = np.indices(shape[1:3]).sum(axis=0) % 2 * 255
    return {
        "black": np.zeros(shape, np.uint8),
        "white": np.full(shape, 255, np.uint8),
        "checkerboard": np.broadcast_to(checks[None, :, :, None].astype(np.uint8), shape),
        "noise": np.random.default_rng(NOISE_SEED).integers(0, 256, shape, dtype=np.uint8),
    }


def compare_scores(expected: Scores, found: NDArray[np.float32], threshold: float) -> Parity:
    """Compare the scores [N] of torch with those of the scorer [repeats, N], as ``check_parity`` states it."""
    differences = np.abs(found.astype(np.float64) - expected)
    relative = differences / np.maximum(np.abs(expected), np.finfo(np.float32).tiny)
    if not np.isfinite(differences).all() or np.any((relative > RELATIVE) & (differences > ABSOLUTE)):
        raise ExportRefused(
            f"torch and onnxruntime differ by {differences.max():.3g}, {relative.max():.3g} relative: "
            "nothing was written"
        )
    for row in found:
        if [decide(value, threshold).verdict for value in row.tolist()] != [
            decide(value, threshold).verdict for value in expected.tolist()
        ]:
            raise ExportRefused("torch and onnxruntime give different verdicts on a picture: nothing was written")
    return Parity(float(relative.max()), float(differences.max()), found.size)

"""A drift reference for the small artefact, learnt from drawn wells as an export learns it, for small windows."""

from pathlib import Path

import numpy as np

from service.contract.artifact import MODEL
from service.contract.drift_index import DRIFT_FIGURES
from service.contract.gate.gate import Gate
from service.contract.manifest import DriftReference, GateLimits
from service.contract.picture import decode, to_pixels
from service.contract.scorer import OnnxScorer
from tests.small_artifact import SPEC
from training.export.drift_reference import _limit, learn_reference


def reference_of(artifact: Path, wells: Path, window: int) -> DriftReference:
    """Learn from every good well in a folder, as the artefact scores it and the gate measures it."""
    scorer, gate = OnnxScorer(artifact / MODEL, SPEC), Gate(GateLimits(), SPEC)
    rows = []
    for path in sorted((wells / "train").iterdir()):
        picture = decode(path.read_bytes())
        measured = gate.judge(picture)[0]
        score = float(scorer.score(to_pixels(picture, SPEC)[None])[0])
        rows.append((score, measured.brightness, measured.contrast, measured.sharpness))
    learnt = learn_reference(dict(zip(DRIFT_FIGURES, np.array(rows).T, strict=True)))
    assert learnt is not None
    limits = {name: _limit(len(learnt.shares[name]), len(rows), window, 0) for name in DRIFT_FIGURES}
    return learnt.model_copy(update={"limits_by_window": {window: limits}})

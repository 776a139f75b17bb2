"""Armings of cameras, as people give them."""

from datetime import UTC, datetime

from service.contract.artifact import Artifact
from service.contract.manifest import SceneRate
from service.judging.armings import Arming

RATE = SceneRate(scenes=20, value=0.01, low=0.0, high=0.1)


def an_arming(of: Artifact, **changes: object) -> Arming:
    """An arming with this artefact, by default with a cut of 0.004."""
    fields: dict[str, object] = {
        "event_id": "e-1",
        "at": datetime(2026, 5, 4, tzinfo=UTC),
        "operator": "Anna",
        "reason": "",
        "artifact": of.id,
        "artifact_sha256": of.sha256,
        "scores_of": of.scores_of,
        "cut": 0.004,
        "lowest_leak": None,
        "leak": RATE,
        "unknown": RATE,
        "pictures": 100,
        "scenes": 20,
        "pictures_sha256": "ab" * 32,
    }
    return Arming.model_validate(fields | changes)

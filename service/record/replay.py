"""Replay: does the same picture get the same score again, to the last bit?"""

from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from service.contract.artifact import Artifact, artifact_folder, open_artifact
from service.contract.decision import Decision
from service.contract.detector import Detector, open_detector
from service.contract.errors import ArtifactError, ArtifactInvalid, PictureError, PictureGone
from service.contract.picture import DEFAULT_MAX_PIXELS, decode
from service.record.archive.folder import ArchiveFolder


class ReplayOutcome(StrEnum):
    """What a replay shows."""

    EQUAL = "equal"
    DIFFERENT = "different"
    NOT_REPLAYABLE = "not_replayable"


class ReplayResult(NamedTuple):
    """One replay: the score now, where there is one, and why there is none."""

    decision: Decision
    outcome: ReplayOutcome
    score: float | None = None
    why: str = ""


class Replayer:
    """Scores archived pictures again, each in a batch of the size and at the place at which it was scored.

    Within one batch size a picture's score does not depend on its company, so the other places hold the picture too.
    The score is equal on the machine, onnxruntime and number of threads of the first time; elsewhere the last bits
    may differ.
    """

    def __init__(self, archive: ArchiveFolder, artifacts: Path, threads: int = 1, made: Path | None = None) -> None:
        self._archive = archive
        self._artifacts = artifacts
        self._threads = threads
        self._made = made
        self._open = lru_cache(maxsize=4)(self._open_artifact)

    def replay(self, decision: Decision, max_pixels: int = DEFAULT_MAX_PIXELS) -> ReplayResult:
        """Score the picture of a decision again; whatever is missing is said, not raised."""
        if decision.score is None:
            return ReplayResult(decision, ReplayOutcome.NOT_REPLAYABLE, why=f"it was not scored ({decision.reason})")
        try:
            artifact, detector = self._open(decision.model.artifact)
            picture = decode(self._archive.read(decision).data, max_pixels, levels=artifact.manifest.levels)
            if artifact.sha256 != decision.model.artifact_sha256:
                raise ArtifactInvalid(f"{artifact.id} is not the artefact that judged: its manifest differs")
        except (PictureGone, PictureError, ArtifactError) as error:
            return ReplayResult(decision, ReplayOutcome.NOT_REPLAYABLE, why=str(error))
        score = float(detector.score([picture] * decision.batch_size)[decision.batch_index])
        outcome = ReplayOutcome.EQUAL if score == decision.score else ReplayOutcome.DIFFERENT
        return ReplayResult(decision, outcome, score)

    def _open_artifact(self, artifact_id: str) -> tuple[Artifact, Detector]:
        artifact = open_artifact(artifact_folder(artifact_id, self._artifacts, self._made))
        return artifact, open_detector(artifact, self._threads)

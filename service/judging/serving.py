"""What is served: a verified artefact with its scorer and gates."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from service.contract.artifact import Artifact, open_artifact
from service.contract.decision import ServedModel
from service.contract.detector import Detector, open_detector
from service.contract.gate.gate import Gates
from service.contract.manifest import GateLimits
from service.contract.run_limit import RunLimit
from service.settings import Settings

SOFTWARE_VERSION = version("leak-inspection")


@dataclass(frozen=True, slots=True)
class Serving:
    """Everything a verdict needs, from one artefact; never changed, only replaced as a whole.

    ``gates`` stand before the detector instead of its own, since cameras may have limits of their own.
    """

    artifact: Artifact
    detector: Detector
    gates: Gates
    identity: ServedModel
    max_pixels: int

    @property
    def threshold(self) -> float:
        """Scores from here on are leaks."""
        return self.artifact.manifest.threshold.value


def open_serving(
    folder: Path,
    settings: Settings,
    limit: RunLimit | None = None,
    overrides: Mapping[str, GateLimits] | None = None,
) -> Serving:
    """Verify an artefact, open and warm up its scorer.

    Args:
        folder: of the artefact.
        settings: threads of an inference, and the most pixels of a picture.
        limit: of the time of one inference.
        overrides: limits of the gate by camera, laid over the artefact's.

    Raises:
        ArtifactError: says what is wrong with it.
    """
    artifact = open_artifact(folder)
    manifest = artifact.manifest
    return Serving(
        artifact,
        open_detector(artifact, settings.scorer_threads, limit),
        Gates(manifest.gate, manifest.input, overrides),
        ServedModel(manifest.name, artifact.id, artifact.sha256, SOFTWARE_VERSION),
        settings.max_pixels,
    )

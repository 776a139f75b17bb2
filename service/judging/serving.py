"""What is served: a verified artefact with its scorer, and the gates and thresholds of cameras."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from service.contract.artifact import Artifact, open_artifact
from service.contract.decision import ServedModel
from service.contract.detector import Detector, open_detector
from service.contract.gate.gates import Gates
from service.contract.levels import Levels
from service.contract.manifest import GateLimits, Threshold
from service.contract.run_limit import RunLimit
from service.judging.armings import Armings, thresholds_in_file
from service.monitoring.cameras_file import Camera
from service.settings import Settings

SOFTWARE_VERSION = version("leak-inspection")


@dataclass(frozen=True, slots=True)
class Serving:
    """Everything a verdict needs, from one artefact; never changed, only replaced as a whole.

    ``gates`` and ``thresholds`` stand before those of the detector, since cameras may have limits and a cut of their
    own.
    """

    artifact: Artifact
    detector: Detector
    gates: Gates
    identity: ServedModel
    max_pixels: int
    thresholds: Mapping[str, Threshold] = field(default_factory=dict)

    @property
    def threshold(self) -> float:
        """Scores from here on are leaks, where a camera has no cut of its own."""
        return self.artifact.manifest.threshold.value

    @property
    def levels(self) -> Levels | None:
        """How pictures of 16 bits are read."""
        return self.artifact.manifest.levels

    def threshold_of(self, camera_id: str | None) -> Threshold:
        """The threshold for a camera; unknown and unnamed cameras share the artefact's."""
        common = self.artifact.manifest.threshold
        return self.thresholds.get(camera_id, common) if camera_id is not None else common


def open_serving(
    folder: Path,
    settings: Settings,
    limit: RunLimit | None = None,
    cameras: Mapping[str, Camera] | None = None,
    armings: Armings | None = None,
) -> Serving:
    """Verify an artefact, open and warm up its scorer.

    Args:
        folder: of the artefact.
        settings: threads of an inference, and the most pixels of a picture.
        limit: of the time of one inference.
        cameras: what some cameras have of their own: limits of the gate, laid over the artefact's, and thresholds.
        armings: the thresholds that people gave some cameras since; None where they do not count.

    Raises:
        ArtifactError: says what is wrong with it.
    """
    artifact = open_artifact(folder)
    manifest = artifact.manifest
    known = cameras or {}
    return Serving(
        artifact,
        open_detector(artifact, settings.scorer_threads, limit),
        Gates(manifest.gate, manifest.input, _gate_limits(known)),
        ServedModel(manifest.name, artifact.id, artifact.sha256, SOFTWARE_VERSION),
        settings.max_pixels,
        thresholds_in_file(artifact, known) if armings is None else armings.thresholds(artifact),
    )


def _gate_limits(cameras: Mapping[str, Camera]) -> dict[str, GateLimits]:
    return {name: camera.gate for name, camera in cameras.items() if camera.gate is not None}

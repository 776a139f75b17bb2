"""Manifest pins: the digest that each artefact's manifest had when it was first activated, kept in the data folder.

A manifest pins every file of its artefact, but nothing in the artefact's folder pins the manifest: whoever raises the
threshold there would let leaks pass that score far below the golden ones.
"""

from pathlib import Path

from pydantic import RootModel, ValidationError

from service.contract.artifact import MANIFEST, Artifact, manifest_digest
from service.contract.errors import ArtifactInvalid
from service.contract.stored_files.durable_file import keep

PINS = "activated_manifests.json"


class _Digests(RootModel[dict[str, str]]):
    """SHA-256 of the manifest by artefact."""


class ManifestPins:
    """Tells an artefact that was activated as it is from one that has been edited since."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / PINS
        self._lost = False

    def require(self, artifact: Artifact, recorded: str | None = None) -> None:
        """Do nothing for an artefact that is as it was activated; pin one that never was.

        Args:
            artifact: to be served.
            recorded: the digest of its manifest when it was activated, by the record; None where that does not say.

        Raises:
            ArtifactInvalid: it has been changed, or the pins cannot be read.
            Unavailable: the pin cannot be kept.
        """
        known = self._read()
        if artifact.id not in known and recorded is not None:
            self._lost = True
            if recorded != artifact.sha256:
                raise changed(artifact.id)
        if artifact.id not in known:
            self._keep(artifact, known)
        elif known[artifact.id] != artifact.sha256:
            raise changed(artifact.id)

    def pin(self, artifact: Artifact) -> None:
        """Take an artefact as it is from now on, as somebody has activated it by name.

        Raises:
            Unavailable: the pin cannot be kept.
        """
        try:
            known = self._read()
        except ArtifactInvalid:
            known = {}
        self._keep(artifact, known)

    def forget(self) -> None:
        """Take the loss of pins for known."""
        self._lost = False

    def doubts(self) -> dict[str, str]:
        """Say that pins which were kept are gone."""
        said = "pins are gone; what is served is as the record has it, other artefacts are pinned as they are now"
        return {PINS: said} if self._lost else {}

    def _keep(self, artifact: Artifact, known: dict[str, str]) -> None:
        keep(self._path, _Digests({**known, artifact.id: artifact.sha256}).model_dump_json())

    def _read(self) -> dict[str, str]:
        try:
            return _Digests.model_validate_json(self._path.read_bytes()).root
        except FileNotFoundError:
            return {}
        except (OSError, ValidationError) as error:
            raise ArtifactInvalid(f"{self._path} cannot be read: activate an artefact to write it anew") from error


def require_unchanged(artifact: Artifact) -> None:
    """Do nothing while the manifest on disk is the one that was read.

    Raises:
        ArtifactMissing: it is gone.
        ArtifactInvalid: it is another one.
    """
    if manifest_digest(artifact.folder) != artifact.sha256:
        raise changed(artifact.id)


def changed(artifact: str) -> ArtifactInvalid:
    return ArtifactInvalid(
        f"{artifact}: {MANIFEST} has been changed since it was activated: deploy the artefact again, "
        "or activate it as it is now (POST /v1/model/activate)"
    )

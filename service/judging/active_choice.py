"""The choice of an artefact: the deployed pointer, or what was chosen at run time and outlives a restart."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from service.contract.artifact import MANIFEST, Artifact, artifact_folder, read_active
from service.contract.errors import ArtifactError, ArtifactInvalid
from service.contract.manifest import Manifest
from service.contract.stored_files.durable_file import keep
from service.judging.manifest_pins import ManifestPins

CHOICE = "chosen_artifact.json"
MADE = "artifacts"
"""Folder of the artefacts that were made at run time, below the data folder."""


class Choice(BaseModel):
    """A choice made at run time: it wins over the deployed pointer until that pointer changes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    artifact: str
    instead_of: str | None


class ActiveChoice:
    """Reads the pointer in the folder of artefacts and keeps choices in the data folder."""

    def __init__(self, root: Path, data_dir: Path) -> None:
        self.root = root
        self.made = data_dir / MADE
        self._path = data_dir / CHOICE
        self.pins = ManifestPins(data_dir)

    def folder_of(self, artifact: str) -> Path:
        """Where an artefact of that id lies, or should."""
        return artifact_folder(artifact, self.root, self.made)

    def same_scores(self, artifact: Artifact) -> frozenset[str]:
        """The artefacts that differ from one in the threshold alone, itself among them."""
        made = (path.parent for path in self.made.glob(f"[!.]*/{MANIFEST}"))
        return frozenset({artifact.id, artifact.scores_of, *(one.name for one in made if _is_of(one, artifact))})

    def wanted(self) -> str:
        """Return the artefact to be served.

        Raises:
            ArtifactError: nothing says which, or it cannot be read.
        """
        choice = self._choice()
        try:
            deployed = read_active(self.root)
        except ArtifactError:
            if choice is None:
                raise
            return choice.artifact
        return choice.artifact if choice is not None and choice.instead_of == deployed else deployed

    def remember(self, artifact: str) -> None:
        """Keep a choice, durably.

        Raises:
            Unavailable: the data folder cannot be written.
        """
        try:
            deployed = read_active(self.root)
        except ArtifactError:
            deployed = None
        choice = Choice(artifact=artifact, instead_of=deployed)
        keep(self._path, choice.model_dump_json())

    def _choice(self) -> Choice | None:
        try:
            return Choice.model_validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError) as error:
            raise ArtifactInvalid(f"{self._path} cannot be read: remove it, or activate an artefact") from error


def _is_of(folder: Path, artifact: Artifact) -> bool:
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (OSError, ValidationError):  # whatever is wrong with it is told when it is to be served
        return False
    return manifest.scores_of == artifact.scores_of

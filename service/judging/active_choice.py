"""The choice of an artefact: the deployed pointer, or what was chosen at run time and outlives a restart.

The file of the choice can get lost. So the record is asked too: it has each activation, and with which deployed
pointer. While that pointer is the same, what was activated last counts, whatever the file says. It was chosen by a
person and is proven again, whereas to fall back on the deployed one would undo that choice, perhaps a lower threshold.
"""

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from service.contract.artifact import MANIFEST, Artifact, artifact_folder, read_active
from service.contract.errors import ArtifactError, ArtifactInvalid
from service.contract.journal_entry import new_id
from service.contract.manifest import Manifest
from service.contract.stored_files.durable_file import keep
from service.judging.manifest_pins import ManifestPins

CHOICE = "chosen_artifact.json"
MADE = "artifacts"
"""Folder of the artefacts that were made at run time, below the data folder."""


class Choice(BaseModel):
    """A choice made at run time: it wins over the deployed pointer until that pointer changes.

    ``after`` is the choice that was the last one on record when this one was made, empty where there was none: while it
    still is, the service was killed before it could put this one on record.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    artifact: str
    instead_of: str | None
    choice_id: str = ""
    after: str | None = None


class Activated(BaseModel):
    """What the record says was activated last: by which choice (empty: by none), with which deployed pointer."""

    model_config = ConfigDict(frozen=True)

    artifact: str
    artifact_sha256: str
    deployed: str | None
    choice_id: str


class ActiveChoice:
    """Reads the pointer in the folder of artefacts and keeps choices in the data folder."""

    def __init__(self, root: Path, data_dir: Path, recorded: Activated | None = None) -> None:
        """Begin with what the record says was activated last, None where it says nothing."""
        self.root = root
        self.made = data_dir / MADE
        self._path = data_dir / CHOICE
        self.pins = ManifestPins(data_dir)
        self.recorded = recorded
        self.doubt: str | None = None
        """How the file differs from the record."""
        self._deployed: str | None = None
        self._choice_id = ""

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
            self._deployed = read_active(self.root)
        except ArtifactError:
            if choice is None:
                raise
            self._deployed = None
        counts = choice is not None and self._deployed in {None, choice.instead_of}
        return self._agreed(choice, choice.artifact if choice is not None and counts else self._deployed or "")

    def remember(self, artifact: str) -> None:
        """Keep a choice, durably.

        Raises:
            Unavailable: the data folder cannot be written.
        """
        try:
            deployed = read_active(self.root)
        except ArtifactError:
            deployed = None
        after = "" if self.recorded is None else self.recorded.choice_id
        choice = Choice(artifact=artifact, instead_of=deployed, choice_id=new_id(), after=after)
        keep(self._path, choice.model_dump_json())
        self._deployed, self._choice_id, self.doubt = deployed, choice.choice_id, None

    def served(self, artifact: Artifact) -> Mapping[str, JsonValue]:
        """Know that an artefact is served from now on; return what makes the record a witness of that."""
        self.recorded = Activated(
            artifact=artifact.id, artifact_sha256=artifact.sha256, deployed=self._deployed, choice_id=self._choice_id
        )
        return self.recorded.model_dump()

    def require_pinned(self, artifact: Artifact) -> None:
        """Do nothing for an artefact whose manifest is as it was activated; pin one that never was.

        Raises:
            ArtifactInvalid: it has been changed, or the pins cannot be read.
            Unavailable: the pin cannot be kept.
        """
        known = self.recorded
        self.pins.require(artifact, known.artifact_sha256 if known and known.artifact == artifact.id else None)

    def doubts(self) -> dict[str, str]:
        """Say by file what does not agree with the record."""
        return ({} if self.doubt is None else {CHOICE: self.doubt}) | self.pins.doubts()

    def _agreed(self, choice: Choice | None, named: str) -> str:
        known = self.recorded
        if known is None or known.deployed != self._deployed or known.artifact == named or _is_newer(choice, known):
            self.doubt = None
            self._choice_id = choice.choice_id if choice is not None and choice.artifact == named else ""
            return named
        what = "is gone" if choice is None else f"names {choice.artifact}, which is older"
        self.doubt = f"it {what}; {known.artifact} was activated last and is served: activate one by name"
        self._choice_id = known.choice_id
        return known.artifact

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


def _is_newer(choice: Choice | None, known: Activated) -> bool:
    return choice is not None and choice.after == known.choice_id

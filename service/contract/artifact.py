"""The artefact on disk: one immutable folder, and the pointer to the active one."""

import hashlib
from codecs import BOM_UTF8
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from service.contract.errors import ArtifactInvalid, ArtifactMissing
from service.contract.manifest import SCHEMA_VERSION, Manifest
from service.contract.stored_files.durable_file import write_durably

MANIFEST = "manifest.json"
MODEL = "model.onnx"
EXPLAIN = "explain.onnx"
ACTIVE = "active.json"


class ActivePointer(BaseModel):
    """The content of ``active.json``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    artifact: str


@dataclass(frozen=True, slots=True)
class Artifact:
    """A verified artefact: every file has the checksum that the manifest states.

    ``sha256`` is that of ``manifest.json`` and so pins every file.
    """

    folder: Path
    manifest: Manifest
    sha256: str

    @property
    def id(self) -> str:
        """``<recipe>-<first 8 hex digits of model.onnx's sha256>``."""
        return self.folder.name

    @property
    def scores_of(self) -> str:
        """The artefact whose scores these are: itself, or the one whose threshold was moved to make it."""
        return self.manifest.scores_of or self.id

    @property
    def model_path(self) -> Path:
        """The graph that scores."""
        return self.folder / MODEL

    @property
    def explain_path(self) -> Path:
        """The graph that reconstructs, for heatmaps."""
        return self.folder / EXPLAIN


def artifact_folder(artifact: str, deployed: Path, made: Path | None) -> Path:
    """Where an artefact lies: among those made at run time, or else among those that were deployed."""
    own = None if made is None else made / artifact
    return own if own is not None and own.is_dir() else deployed / artifact


def artifact_id(name: str, model: bytes) -> str:
    """Name the artefact of a recipe by the content of its graph."""
    return f"{name}-{sha256_hex(model)[:8]}"


def sha256_hex(data: bytes) -> str:
    """Lower-case hex digest of the bytes."""
    return hashlib.sha256(data).hexdigest()


def open_artifact(folder: Path) -> Artifact:
    """Read an artefact and verify each file against the manifest.

    Raises:
        ArtifactMissing: no such folder, or no manifest in it.
        ArtifactInvalid: the manifest cannot be read, is from a newer version, or a file differs from it.
    """
    manifest_bytes = _read(folder / MANIFEST)
    manifest = _parse_manifest(manifest_bytes, folder)
    for name, expected in manifest.files.items():
        if sha256_hex(_read(folder / name)) != expected:
            raise ArtifactInvalid(f"{folder.name}: {name} differs from its checksum: deploy the artefact again")
    for name in (MODEL, EXPLAIN, *(golden.file for golden in manifest.golden)):
        if name not in manifest.files:
            raise ArtifactInvalid(f"{folder.name}: the manifest has no checksum for {name}: export again")
    if folder.name != artifact_id(manifest.name, _read(folder / MODEL)):
        raise ArtifactInvalid(f"{folder.name}: the folder's name does not fit its model: deploy it under its own name")
    return Artifact(folder, manifest, sha256_hex(manifest_bytes))


def manifest_digest(folder: Path) -> str:
    """Return the sha256 of the manifest on disk.

    Raises:
        ArtifactMissing, ArtifactInvalid: it cannot be read.
    """
    return sha256_hex(_read(folder / MANIFEST))


def read_active(root: Path) -> str:
    """Return the id in ``active.json``.

    Raises:
        ArtifactMissing: there is no pointer.
        ArtifactInvalid: the pointer cannot be read.
    """
    try:
        return ActivePointer.model_validate_json(_read(root / ACTIVE).removeprefix(BOM_UTF8)).artifact
    except ValidationError as error:
        raise ArtifactInvalid(f'{root / ACTIVE} is damaged: write {{"artifact": "<id>"}} into it') from error


def write_active(root: Path, artifact: str) -> None:
    """Point to an artefact, atomically and durably."""
    write_durably(root / ACTIVE, ActivePointer(artifact=artifact).model_dump_json() + "\n")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ArtifactMissing(f"{path} does not exist: deploy an artefact there") from error
    except OSError as error:
        raise ArtifactInvalid(f"{path} cannot be read ({error.strerror}): check its permissions") from error


def _parse_manifest(data: bytes, folder: Path) -> Manifest:
    try:
        return Manifest.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "manifest.json"
        hint = ""
        if field == "schema_version":
            hint = f" (this software reads version {SCHEMA_VERSION}: update it)"
        raise ArtifactInvalid(f"{folder.name}: {field}: {first['msg']}{hint}") from error

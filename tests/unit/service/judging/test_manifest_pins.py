"""Manifests that were activated, and edited afterwards."""

from pathlib import Path

import pytest

from service.contract.artifact import Artifact, open_artifact
from service.contract.errors import ArtifactInvalid, ArtifactMissing, Unavailable
from service.judging.manifest_pins import PINS, ManifestPins, require_unchanged
from tests.small_artifact import rewrite_manifest, write_artifact


@pytest.fixture
def artifact(tmp_path: Path) -> Artifact:
    return open_artifact(tmp_path / write_artifact(tmp_path))


def edited(artifact: Artifact) -> Artifact:
    rewrite_manifest(artifact.folder, threshold={"value": 1.0, "strategy": "decision_stump"})
    return open_artifact(artifact.folder)


def test_what_was_activated_is_taken_again_and_what_was_edited_is_not(artifact: Artifact, tmp_path: Path) -> None:
    ManifestPins(tmp_path).require(artifact)
    ManifestPins(tmp_path).require(artifact)
    other = edited(artifact)
    with pytest.raises(ArtifactInvalid, match="has been changed since it was activated"):
        ManifestPins(tmp_path).require(other)
    ManifestPins(tmp_path).pin(other)
    ManifestPins(tmp_path).require(other)
    with pytest.raises(ArtifactInvalid):
        ManifestPins(tmp_path).require(artifact)


def test_damaged_pins_let_nothing_pass_until_somebody_activates(artifact: Artifact, tmp_path: Path) -> None:
    (tmp_path / PINS).write_text("{")
    with pytest.raises(ArtifactInvalid, match="cannot be read"):
        ManifestPins(tmp_path).require(artifact)
    ManifestPins(tmp_path).pin(artifact)
    ManifestPins(tmp_path).require(artifact)


def test_a_pin_that_cannot_be_kept_is_told(artifact: Artifact, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="data folder"):
        ManifestPins(tmp_path / "absent").require(artifact)


def test_an_edit_on_disk_is_seen(artifact: Artifact) -> None:
    require_unchanged(artifact)
    edited(artifact)
    with pytest.raises(ArtifactInvalid):
        require_unchanged(artifact)
    (artifact.folder / "manifest.json").unlink()
    with pytest.raises(ArtifactMissing):
        require_unchanged(artifact)

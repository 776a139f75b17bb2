"""The artefact on disk: opened only whole."""

from pathlib import Path

import pytest

from service.contract.artifact import ACTIVE, EXPLAIN, MANIFEST, MODEL, open_artifact, read_active, write_active
from service.contract.errors import ArtifactInvalid, ArtifactMissing
from tests.small_artifact import rewrite_manifest


@pytest.fixture
def folder(artifacts: Path) -> Path:
    """A whole artefact."""
    return artifacts / read_active(artifacts)


def test_a_whole_artefact_opens_under_its_own_name(folder: Path) -> None:
    artifact = open_artifact(folder)
    assert artifact.id == folder.name
    assert artifact.model_path.is_file()
    assert artifact.explain_path.is_file()


@pytest.mark.parametrize("file", [MODEL, EXPLAIN, "golden/leak.png"])
def test_a_changed_file_is_told_by_its_checksum(folder: Path, file: str) -> None:
    (folder / file).write_bytes((folder / file).read_bytes() + b"x")
    with pytest.raises(ArtifactInvalid, match=f"{file} differs from its checksum"):
        open_artifact(folder)


@pytest.mark.parametrize("file", [MANIFEST, MODEL, "golden/leak.png"])
def test_a_missing_file_is_named(folder: Path, file: str) -> None:
    (folder / file).unlink()
    with pytest.raises(ArtifactMissing, match=file):
        open_artifact(folder)


def test_a_file_without_a_checksum_is_refused(folder: Path) -> None:
    rewrite_manifest(folder, files={})
    with pytest.raises(ArtifactInvalid, match=f"no checksum for {MODEL}"):
        open_artifact(folder)


def test_a_manifest_of_a_newer_schema_says_so(folder: Path) -> None:
    rewrite_manifest(folder, schema_version=2)
    with pytest.raises(ArtifactInvalid, match="this software reads version 1: update it"):
        open_artifact(folder)


def test_a_folder_under_another_name_is_refused(folder: Path) -> None:
    with pytest.raises(ArtifactInvalid, match="does not fit its model"):
        open_artifact(folder.rename(folder.with_name("small-00000000")))


def test_the_pointer_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_active(tmp_path, "conv_ae-0123abcd")
    assert read_active(tmp_path) == "conv_ae-0123abcd"
    assert [path.name for path in tmp_path.iterdir()] == [ACTIVE]


def test_a_mark_of_the_encoding_before_the_pointer_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / ACTIVE).write_text('{"artifact": "conv_ae-0123abcd"}', encoding="utf-8-sig")
    assert read_active(tmp_path) == "conv_ae-0123abcd"


def test_a_damaged_pointer_says_what_to_write(tmp_path: Path) -> None:
    (tmp_path / ACTIVE).write_text("conv_ae-0123abcd")
    with pytest.raises(ArtifactInvalid, match="write"):
        read_active(tmp_path)

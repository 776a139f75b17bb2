"""A fresh clone, as git for Windows makes it by default, is ready to serve."""

import subprocess
from pathlib import Path

import pytest

from service.cli import main
from service.contract.artifact import read_active

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(not (ROOT / ".git").exists(), reason="needs the repository itself, not an export of it")


def git(*arguments: str | Path) -> str:
    return subprocess.run(["git", *arguments], capture_output=True, check=True, text=True).stdout


def clone(folder: Path, attributes: str = "") -> Path:
    """Clone what is committed as git for Windows does; attributes of this clone alone win over the committed ones."""
    git("clone", "--quiet", "--no-checkout", "--config", "core.autocrlf=true", ROOT, folder)
    (folder / ".git" / "info").mkdir(exist_ok=True)
    (folder / ".git" / "info" / "attributes").write_text(attributes)
    git("-C", folder, "checkout", "--quiet")
    return folder


def verify(checkout: Path) -> int:
    artifacts = checkout / "model_artifacts"
    return main(["verify", str(artifacts / read_active(artifacts))])


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clone(tmp_path_factory.mktemp("windows") / "clone")


def test_the_artefact_of_a_checkout_with_autocrlf_is_whole(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify(checkout) == 0
    assert "checksums hold" in capsys.readouterr().out


def test_no_file_of_a_checkout_with_autocrlf_has_other_line_ends_than_were_committed(checkout: Path) -> None:
    endings = git("-C", checkout, "ls-files", "--eol").splitlines()
    assert [line for line in endings if "w/crlf" in line or "w/mixed" in line] == []
    assert len(endings) > 100


def test_without_the_attributes_the_artefact_would_be_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(clone(tmp_path / "clone", "* text=auto !eol\n")) != 0
    assert "checksum" in capsys.readouterr().err

"""The commands from pictures to an artefact, on drawn wells and, where they are, on the real ones."""

import json
from pathlib import Path

import pytest

from service.contract.artifact import open_artifact, read_active
from service.contract.picture import to_pixels
from service.inference.scorer import OnnxScorer
from tests.wells import leaking_well, write_wells
from training.cli import main
from training.config import read_recipe

REAL_WELLS = Path(__file__).parents[4] / "shared" / "data" / "wells.tar.gz"


@pytest.fixture(scope="module")
def wells(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_wells(tmp_path_factory.mktemp("data") / "wells", good=150, leak=12)


@pytest.fixture(scope="module")
def artifacts(wells: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out")
    assert main(["compare", "--data", str(wells), "--out", str(out), "--threads", "1"]) == 0
    return out


def test_compare_writes_and_activates_a_whole_artefact(artifacts: Path) -> None:
    artifact = open_artifact(artifacts / read_active(artifacts))
    scorer = OnnxScorer(artifact.model_path, artifact.manifest.input)
    leak = to_pixels(leaking_well(999), artifact.manifest.input)[None]
    assert scorer.score(leak)[0] >= artifact.manifest.threshold.value
    assert artifact.manifest.recipe == read_recipe(artifact.manifest.name).model_dump(mode="json")
    assert {path.name for path in artifacts.iterdir()} == {"active.json", artifact.id}


def test_the_same_seed_and_threads_give_the_same_bytes(wells: Path, artifacts: Path, tmp_path: Path) -> None:
    weights = tmp_path / "weights.pt"
    assert main(["fit", "--data", str(wells), "--out", str(weights), "--threads", "1"]) == 0
    assert main(["export", str(weights), "--data", str(wells), "--out", str(tmp_path), "--no-activate"]) == 0
    first, second = (open_artifact(next(root.glob("conv_fc_ae_b-*"))) for root in (artifacts, tmp_path))
    assert first.model_path.read_bytes() == second.model_path.read_bytes()
    assert first.sha256 == second.sha256
    assert not (tmp_path / "active.json").exists()


def test_evaluate_prints_json(wells: Path, artifacts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    artifact = artifacts / read_active(artifacts)
    assert main(["evaluate", str(artifact), "--data", str(wells), "--json", "--split", "report"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["counts"] == {"files": 21, "leak": 6, "good": 15}
    assert 0 <= result["tnr"] <= 1
    assert result["threshold"] == open_artifact(artifact).manifest.threshold.value


@pytest.mark.parametrize("command", ["fit", "compare", "export", "evaluate"])
def test_a_wrong_folder_ends_with_one_line_and_code_2(
    command: str, artifacts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    subject = {
        "fit": ["--out", str(tmp_path / "w")],
        "compare": ["--out", str(tmp_path)],
        "export": [str(tmp_path / "absent.pt")],
        "evaluate": [str(artifacts / read_active(artifacts))],
    }
    assert main([command, *subject[command], "--data", str(tmp_path / "nothing")]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.skipif(not REAL_WELLS.is_file(), reason="the real wells (../shared/data/wells.tar.gz) are not here")
def test_the_committed_artefact_finds_real_leaks(capsys: pytest.CaptureFixture[str]) -> None:
    root = Path(__file__).parents[3] / "model_artifacts"
    artifact = root / read_active(root)
    assert main(["evaluate", str(artifact), "--data", str(REAL_WELLS), "--json", "--split", "report"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["tpr"] > 0.94
    assert result["tnr"] > 0.94

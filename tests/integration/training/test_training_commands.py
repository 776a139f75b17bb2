"""The commands from pictures to an artefact, on drawn wells and, where they are, on the real ones."""

import json
import shlex
from pathlib import Path

import pytest

from service.contract.artifact import open_artifact, read_active, write_active
from service.contract.picture import to_pixels
from service.contract.scorer import OnnxScorer, open_session
from tests.wells import leaking_well, write_wells
from training.cli import main

FAST = ["--quick", "--jobs", "2", "--recipes", "conv_fc_ae_b", "dense_ae"]
REAL_WELLS = Path(__file__).parents[4] / "shared" / "data" / "wells.tar.gz"


TINY = """
name = "tiny"
summary = "for tests"
epochs = 2
least_steps = 300
batch = 32
input = { height = 16, width = 24 }
representation = { standardise = true }
model = { kind = "conv_fc_ae", channels = [4, 8], latent_dim = 4, output = "linear" }
error = { weight = "spread" }
augmentation = { leaks = 1, disturbances = 1, noise = 0.05 }
threshold = { strategy = "false_alarm_budget" }
"""


PLAIN = """
name = "plain"
summary = "for tests"
epochs = 2
batch = 32
input = { height = 16, width = 24 }
model = { kind = "conv_fc_ae", channels = [4, 8], latent_dim = 4 }
threshold = { strategy = "decision_stump" }
"""


@pytest.fixture(scope="module")
def wells(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_wells(tmp_path_factory.mktemp("data") / "wells", good=150, leak=12)


@pytest.fixture(scope="module")
def artifacts(wells: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out")
    assert main(["compare", *FAST, "--data", str(wells), "--out", str(out)]) == 0
    assert not (out / "active.json").exists(), "a quick look is none to serve"
    write_active(out, next(out.glob("*/manifest.json")).parent.name)
    return out


def recipe_file(folder: Path) -> Path:
    """A recipe that is taught, standardised and weighted, so that all that is learnt must repeat."""
    path = folder / "tiny.toml"
    path.write_text(TINY)
    return path


def test_a_quick_comparison_writes_a_whole_artefact(artifacts: Path) -> None:
    artifact = open_artifact(artifacts / read_active(artifacts))
    scorer = OnnxScorer(artifact.model_path, artifact.manifest.input)
    leak = to_pixels(leaking_well(999), artifact.manifest.input)[None]
    assert scorer.score(leak)[0] >= artifact.manifest.threshold.value
    assert artifact.manifest.name == "conv_fc_ae_b"
    assert {path.name for path in artifacts.iterdir()} == {"active.json", ".compare", artifact.id}


def test_the_same_seed_and_threads_give_the_same_bytes(wells: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        weights, out = tmp_path / f"{name}.pt", tmp_path / name
        assert main(["fit", "--data", str(wells), "--recipe", str(recipe_file(tmp_path)), "--out", str(weights)]) == 0
        assert main(["export", str(weights), "--data", str(wells), "--out", str(out), "--no-activate"]) == 0
        assert not (out / "active.json").exists()
    first, second = (open_artifact(next((tmp_path / name).glob("tiny-*"))) for name in ("one", "two"))
    assert first.model_path.read_bytes() == second.model_path.read_bytes()
    assert first.explain_path.read_bytes() == second.explain_path.read_bytes()


def test_compare_resumes_with_what_was_finished(
    wells: Path, artifacts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = read_active(artifacts)
    assert main(["compare", *FAST, "--data", str(wells), "--out", str(artifacts)]) == 0
    assert "2 of 2 fits were finished before" in capsys.readouterr().err
    assert read_active(artifacts) == before


def test_evaluate_prints_json(wells: Path, artifacts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    artifact = artifacts / read_active(artifacts)
    assert main(["evaluate", str(artifact), "--data", str(wells), "--json", "--split", "report"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["counts"] == {"files": 19, "leak": 6, "good": 13, "scenes": 13}
    assert 0 <= result["as_served"]["tnr_by_scene"] <= result["tnr_by_scene"] <= 1
    assert 0 <= result["tnr"] <= 1
    assert result["threshold"] == open_artifact(artifact).manifest.threshold.value


def test_good_pictures_alone_make_an_artefact_that_is_activated_as_the_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, out = write_wells(tmp_path / "wells", good=60, leak=0), tmp_path / "out"
    (tmp_path / "plain.toml").write_text(PLAIN)
    options = ["--data", str(data), "--out", str(out), "--jobs", "1"]
    assert main(["compare", *options, "--seeds", "1", "--recipes", str(tmp_path / "plain.toml")]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "No other day was seen" in told
    assert "there were no leaks, which decision_stump needs" in told
    assert "under the hardest mild one" in told
    artifact = open_artifact(out / read_active(out))
    assert artifact.manifest.threshold.strategy == "scene_budget"
    assert artifact.manifest.metrics["report"].tpr is None
    assert "good wells alone set the threshold" in (artifact.folder / "MODEL_CARD.md").read_text()


def test_the_example_sets_site_chooses_with_one_half_and_reports_with_the_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    example, out = tmp_path / "example", tmp_path / "out"
    assert main(["demo", str(example)]) == 0
    options = ["--data", str(example / "wells"), "--site", str(example / "site")]
    assert shlex.join(["next:", "leak-training", "compare", "--quick", *options]) in capsys.readouterr().out
    assert main(["compare", *FAST[:-1], *options, "--out", str(out)]) == 0
    told = capsys.readouterr().out
    assert "A second set was seen" in told
    assert "conv_fc_ae_b *" in told
    artifact = open_artifact(next(out.glob("*/manifest.json")).parent)
    reported = artifact.manifest.metrics["site_report"].served
    assert reported is not None
    assert reported.tnr_by_scene is not None
    assert reported.tnr_by_scene.scenes == 12
    assert reported.tpr is not None
    assert reported.tpr.value == 1
    assert main(["evaluate", str(artifact.folder), *options, "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["split"] == "site_report"
    assert result["as_served"]["tnr"] == (reported.tnr and reported.tnr.value)


def test_an_artefact_says_what_people_must_know_without_showing_a_well(artifacts: Path) -> None:
    folder = artifacts / read_active(artifacts)
    assert "Not a sole protection" in (folder / "MODEL_CARD.md").read_text()
    page = (folder / "report" / "comparison.html").read_text()
    assert "pca_32" in page
    assert "data:image/png" not in page


def test_the_report_is_drawn_again_with_and_without_pictures(artifacts: Path, tmp_path: Path) -> None:
    content = next(artifacts.glob(".compare/*/comparison.json"))
    assert main(["report", str(content), "--html", str(tmp_path / "with.html")]) == 0
    assert main(["report", str(content), "--html", str(tmp_path / "without.html"), "--no-pictures"]) == 0
    assert "data:image/png" in (tmp_path / "with.html").read_text()
    assert "data:image/png" not in (tmp_path / "without.html").read_text()


def test_recalibrate_keeps_the_weights_and_changes_the_threshold(wells: Path, artifacts: Path, tmp_path: Path) -> None:
    before = open_artifact(artifacts / read_active(artifacts))
    arguments = ["recalibrate", str(before.folder), "--data", str(wells), "--out", str(tmp_path)]
    assert main([*arguments, "--strategy", "min_leak_score"]) == 0
    after = open_artifact(tmp_path / read_active(tmp_path))
    assert after.id != before.id
    assert after.manifest.threshold.strategy == "min_leak_score"
    assert after.explain_path.read_bytes() == before.explain_path.read_bytes()
    pixels = to_pixels(leaking_well(5), before.manifest.input)[None]
    scores = [OnnxScorer(one.model_path, one.manifest.input).score(pixels) for one in (before, after)]
    assert scores[0] == scores[1]
    assert open_session(after.model_path).get_modelmeta().custom_metadata_map["leak.threshold"] == repr(
        after.manifest.threshold.value
    )


def test_recalibrate_keeps_to_the_budget_that_was_asked_for(
    wells: Path, artifacts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    artifact = str(artifacts / read_active(artifacts))
    arguments = ["recalibrate", artifact, "--data", str(wells), "--out", str(tmp_path / "out"), "--budget", "0.01"]
    assert main(arguments) == 2
    assert "needs 299 groups of good wells" in capsys.readouterr().err.splitlines()[-1]
    assert not (tmp_path / "out").exists()


def test_an_evaluation_is_written_as_a_page(wells: Path, artifacts: Path, tmp_path: Path) -> None:
    artifact = str(artifacts / read_active(artifacts))
    page = tmp_path / "pages" / "evaluation.html"
    assert main(["evaluate", artifact, "--data", str(wells), "--split", "all", "--html", str(page)]) == 0
    assert "TPR" in page.read_text()


@pytest.mark.parametrize("command", ["fit", "compare", "export", "evaluate"])
def test_a_wrong_folder_ends_with_one_line_and_code_2(
    command: str, artifacts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    subject = {
        "fit": ["--recipe", "conv_fc_ae_b", "--out", str(tmp_path / "w")],
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

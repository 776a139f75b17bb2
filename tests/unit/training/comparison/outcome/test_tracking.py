import socket
import sys
from pathlib import Path

import pytest

from service.contract.errors import SetupError
from training.comparison.content import ComparisonReport
from training.comparison.outcome.tracking import EXPERIMENT, PARENT, Tracker

mlflow = pytest.importorskip("mlflow.tracking", reason="needs the extra `mlflow`")
pytestmark = pytest.mark.filterwarnings("default")  # those of MLflow are none of ours


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mlflow")


@pytest.fixture(scope="module")
def uri(folder: Path) -> str:
    return f"sqlite:///{folder / 'runs.db'}"


@pytest.fixture(scope="module")
def run(uri: str, folder: Path, comparison: ComparisonReport) -> str:
    artifact = folder / "conv_fc_ae_lab-0123abcd"
    (artifact / "golden").mkdir(parents=True)
    (artifact / "manifest.json").write_text("{}")
    (artifact / "golden" / "good_1.png").touch()
    return Tracker(uri).write(comparison, artifact)


def test_the_comparison_is_one_run_with_a_run_for_every_fit_below_it(
    uri: str, run: str, comparison: ComparisonReport
) -> None:
    client = mlflow.MlflowClient(tracking_uri=uri)
    experiment = client.get_experiment_by_name(EXPERIMENT)
    assert experiment is not None
    below = client.search_runs([experiment.experiment_id], f"tags.`{PARENT}` = '{run}'")
    assert {(one.data.params["candidate"], int(one.data.params["seed"])) for one in below} == {
        (candidate.name, fit.seed) for candidate in comparison.candidates for fit in candidate.fits
    }
    assert {one.info.status for one in below} == {"FINISHED"}


def test_figures_and_curves_are_metrics(uri: str, run: str, comparison: ComparisonReport) -> None:
    client = mlflow.MlflowClient(tracking_uri=uri)
    whole = client.get_run(run)
    shown = comparison.candidates[0].shown
    tpr = shown.parts["report"].measure(shown.threshold.value).tpr
    assert tpr is not None
    assert whole.data.metrics["report.tpr"] == pytest.approx(tpr.value)
    assert whole.data.params["chosen"] == comparison.chosen
    seed = f"params.candidate = '{comparison.candidates[0].name}' and params.seed = '{shown.seed}'"
    (fit,) = client.search_runs([whole.info.experiment_id], seed)
    assert [one.value for one in client.get_metric_history(fit.info.run_id, "loss")] == list(shown.fit_losses)


def test_the_artefact_and_a_report_without_pictures_are_its_files(folder: Path, run: str) -> None:
    files = folder / "mlartifacts" / run / "artifacts"
    found = {str(path.relative_to(files)) for path in files.rglob("*") if path.is_file()}
    artifact = "conv_fc_ae_lab-0123abcd"
    assert found == {
        "comparison.html",
        "comparison.json",
        f"{artifact}/manifest.json",
        f"{artifact}/golden/good_1.png",
    }
    assert "data:image/png" not in (files / "comparison.json").read_text()
    assert "data:image/png" not in (files / "comparison.html").read_text()


def test_a_second_comparison_goes_into_the_same_experiment(uri: str, run: str) -> None:
    assert run
    Tracker(uri)


def test_a_store_of_files_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="cannot be used") as refused:
        Tracker((tmp_path / "mlruns").as_uri())
    assert "\n" not in str(refused.value)


def test_a_server_that_is_not_there_is_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(SetupError, match="cannot be used"):
        Tracker(f"http://127.0.0.1:{port}")


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mlflow.tracking", None)
    with pytest.raises(SetupError, match="install the extra `mlflow`"):
        Tracker("sqlite:///nowhere.db")

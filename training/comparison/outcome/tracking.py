"""A comparison as runs in MLflow: one for the whole, and below it one for every fit of every candidate."""

import logging
import math
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from service.contract.errors import SetupError
from training.comparison.content import CandidateReport, ComparisonReport, FitReport, to_json, without_pictures
from training.comparison.outcome.page import render_comparison
from training.comparison.outcome.rows import Row, figures_of

EXPERIMENT = "leak-inspection"
PARENT, NAME = "mlflow.parentRunId", "mlflow.runName"
SQLITE = "sqlite:///"
BESIDE = "mlartifacts"
QUIETLY = {
    "MLFLOW_DISABLE_TELEMETRY": "true",  # nothing is reported to anybody outside
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",  # else an absent server is waited for for minutes
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
}


class Tracker:
    """An experiment in an MLflow store; opened before anything is fitted, so that a wrong address costs nothing."""

    def __init__(self, uri: str) -> None:
        """Open the experiment ``leak-inspection``, made where it is not there.

        Args:
            uri: of a server (``http://...``) or a database (``sqlite:///FILE``); files lie beside such a database.

        Raises:
            SetupError: MLflow is not installed, or the store cannot be used.
        """
        self._uri = uri
        with _told_in_one_line(uri):
            self._client = _client(uri)
            found = self._client.get_experiment_by_name(EXPERIMENT)
            self._experiment: str = (
                self._client.create_experiment(EXPERIMENT, _place_of_files(uri))
                if found is None
                else found.experiment_id
            )

    def write(self, report: ComparisonReport, artifact: Path) -> str:
        """Write the comparison, pictures of wells left out, with the exported artefact; return the run's id.

        Raises:
            SetupError: the store does not take it.
        """
        with _told_in_one_line(self._uri):
            run = self._begin(f"compare {report.made_at}", {})
            self._params(run, {"command": report.command, "chosen": report.chosen or "", "data": str(report.groups)})
            for candidate in report.candidates:
                for fit in candidate.fits:
                    self._write_fit(run, candidate, fit)
            chosen = next((one for one in report.candidates if one.name == report.chosen), None)
            if chosen is not None:
                self._metrics(run, figures_of(chosen.shown))
            self._files(run, without_pictures(report), artifact)
            self._client.set_terminated(run)
            return run

    def _write_fit(self, parent: str, candidate: CandidateReport, fit: FitReport) -> None:
        run = self._begin(f"{candidate.name} seed {fit.seed}", {PARENT: parent})
        shown = {"shown": str(fit.seed == candidate.shown_seed)}
        self._params(run, {"candidate": candidate.name, "summary": candidate.summary, "seed": str(fit.seed)} | shown)
        self._metrics(run, figures_of(fit) | dict(candidate.merits))
        for name, losses in (("loss", fit.fit_losses), ("held_out_loss", fit.held_out_losses)):
            for epoch, loss in enumerate(losses, 1):
                self._client.log_metric(run, name, loss, step=epoch)
        self._client.set_terminated(run)

    def _begin(self, name: str, tags: dict[str, str]) -> str:
        run = self._client.create_run(self._experiment, tags=tags | {NAME: name})
        return str(run.info.run_id)

    def _params(self, run: str, params: dict[str, str]) -> None:
        for name, value in params.items():
            self._client.log_param(run, name, value)

    def _metrics(self, run: str, figures: Row) -> None:
        """All figures in one call; words, and what does not exist, are none."""
        from mlflow.entities import Metric  # noqa: PLC0415  # an extra

        now = int(time.time() * 1000)
        numbers = {name: float(value) for name, value in figures.items() if isinstance(value, int | float)}
        finite = {name: value for name, value in numbers.items() if math.isfinite(value)}
        self._client.log_batch(run, metrics=[Metric(name, value, now, 0) for name, value in finite.items()])

    def _files(self, run: str, report: ComparisonReport, artifact: Path) -> None:
        with TemporaryDirectory() as folder:
            page, content = Path(folder) / "comparison.html", Path(folder) / "comparison.json"
            page.write_text(render_comparison(report), encoding="utf-8")
            content.write_bytes(to_json(report))
            for file in (page, content):
                self._client.log_artifact(run, str(file))
        self._client.log_artifacts(run, str(artifact), artifact_path=artifact.name)


def _client(uri: str) -> Any:  # noqa: ANN401  # its type is that of an extra
    for name, value in QUIETLY.items():
        os.environ.setdefault(name, value)
    from mlflow.tracking import MlflowClient  # noqa: PLC0415  # an extra, and slow to load

    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return MlflowClient(tracking_uri=uri)


def _place_of_files(uri: str) -> str | None:
    """A server says where files go; a database has no place for them, so they lie beside it."""
    if not uri.startswith(SQLITE):
        return None
    return (Path(uri.removeprefix(SQLITE)).absolute().parent / BESIDE).as_uri()


@contextmanager
def _told_in_one_line(uri: str) -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        raise SetupError(f"--mlflow needs MLflow ({error.name} is missing): install the extra `mlflow`") from error
    except Exception as error:  # MLflow lets those of its stores and of the network through
        first = (str(error).splitlines() or [type(error).__name__])[0][:160]
        raise SetupError(f"the MLflow store {uri} cannot be used, name sqlite:///FILE or a server ({first})") from error

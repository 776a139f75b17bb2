"""An evaluation as a page."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from service.contract.artifact import Artifact
from service.contract.scorer import open_session
from training.dataset.data import Group, pixels_of
from training.dataset.layout import Label
from training.evaluation.content import EvaluationReport, Mistake, PartScores
from training.evaluation.evaluate import Evaluation
from training.evaluation.plots import score_plots
from training.evaluation.strategies import FITTED_TO_BOTH
from training.report.pictures import example
from training.report.templating import environment

MOST_SHOWN = 50


def evaluation_page(artifact: Artifact, result: Evaluation, command: str, *, pictures: bool) -> str:
    """One self-contained HTML page; with ``pictures`` the worst mistakes are shown, for this machine's user alone."""
    scores, labels, scenes = result.scored.scores, result.scored.labels, result.scored.scenes
    mistakes = _shown(artifact, result) if pictures else result.mistakes
    report = EvaluationReport(
        title=f"{artifact.id} on {result.part}",
        made_at=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        command=command,
        artifact=artifact.id,
        split=result.part,
        threshold=result.threshold,
        scores=PartScores(
            tuple(scores[~labels].tolist()),
            tuple(scores[labels].tolist()),
            (*scenes[~labels].tolist(), *scenes[labels].tolist()),
        ),
        served=result.metrics.served,
        sources=result.by_source,
        mistakes=mistakes,
        robustness=result.robustness,
    )
    return render_evaluation(report)


def _shown(artifact: Artifact, result: Evaluation) -> tuple[Mistake, ...]:
    by_file = {group.files[0]: group for group in result.scored.groups}
    shown = [_with_example(artifact, mistake, by_file[mistake.file]) for mistake in result.mistakes[:MOST_SHOWN]]
    return (*shown, *result.mistakes[MOST_SHOWN:])


def _with_example(artifact: Artifact, mistake: Mistake, group: Group) -> Mistake:
    pixels = pixels_of([group], artifact.manifest.input)
    session = open_session(artifact.explain_path)
    reconstruction, error_map = session.run(("reconstruction", "error_map"), {"pixels": pixels})
    picture = example(
        mistake.file,
        "leak" if group.label is Label.LEAK else "good",
        mistake.score,
        picture=pixels[0],
        reconstruction=np.asarray(reconstruction[0]),
        error_map=np.asarray(error_map[0]),
    )
    return replace(mistake, example=picture)


def render_evaluation(report: EvaluationReport) -> str:
    """Draw the page of an evaluation: figures, sources and the list of the errors."""
    cut = report.threshold.value
    return (
        environment(FITTED_TO_BOTH)
        .get_template("evaluation.html")
        .render(
            report=report,
            metrics=report.scores.measure(cut),
            plots=score_plots({report.split: report.scores}, cut, "evaluation"),
        )
    )

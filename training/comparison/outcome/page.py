"""From content to one self-contained HTML file: styles, plots and pictures are inside, nothing is fetched."""

import re
from dataclasses import dataclass

from markupsafe import Markup

from service.contract.manifest import Metrics
from training.comparison.content import CandidateReport, ComparisonReport, FitReport
from training.comparison.outcome.answers import answers
from training.comparison.outcome.plots import fit_plots, overview
from training.evaluation.strategies import FITTED_TO_BOTH
from training.report.templating import environment


@dataclass(frozen=True, slots=True)
class CandidateView:
    """A candidate with what is computed from its scores."""

    report: CandidateReport
    rank: int
    metrics: dict[int, dict[str, Metrics]]  # by seed and part
    plots: list[Markup]

    @property
    def shown(self) -> dict[str, Metrics]:
        """Metrics of the shown fit, by part."""
        return self.metrics[self.report.shown_seed]


INDENTATION = re.compile(r"\n\s+")


def render_comparison(report: ComparisonReport, most_plotted: int | None = None) -> str:
    """Draw the report of a comparison; ``most_plotted`` gives only so many of the best candidates their plots."""
    parts = list(dict.fromkeys(name for candidate in report.candidates for name in candidate.shown.parts))
    part = "report" if "report" in parts else parts[-1]
    page = (
        environment(FITTED_TO_BOTH)
        .get_template("comparison.html")
        .render(
            report=report,
            answers=answers(report),
            parts=parts,
            views=[
                _view(candidate, rank, plotted=most_plotted is None or rank <= most_plotted)
                for rank, candidate in enumerate(report.candidates, 1)
            ],
            families=list(dict.fromkeys(name for candidate in report.candidates for name in candidate.shown.families)),
            disturbances=list(
                dict.fromkeys(name for candidate in report.candidates for name in candidate.shown.disturbances)
            ),
            merits=list(dict.fromkeys(name for candidate in report.candidates for name in candidate.merits)),
            overview=overview(report.candidates, part),
        )
    )
    return INDENTATION.sub("\n", page)


def _view(candidate: CandidateReport, rank: int, *, plotted: bool) -> CandidateView:
    return CandidateView(
        report=candidate,
        rank=rank,
        metrics={fit.seed: _metrics(fit) for fit in candidate.fits},
        plots=fit_plots(candidate.shown, candidate.fits, f"plot-{rank}") if plotted else [],
    )


def _metrics(fit: FitReport) -> dict[str, Metrics]:
    return {name: part.measure(fit.threshold.value) for name, part in fit.parts.items()}

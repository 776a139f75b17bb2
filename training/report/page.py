"""From content to one self-contained HTML file: styles, plots and pictures are inside, nothing is fetched."""

from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from service.contract.manifest import Metrics, Rate
from training.report.content import CandidateReport, ComparisonReport, EvaluationReport, FitReport
from training.report.overview import overview
from training.report.plots import fit_plots, score_plots

KILO = 1000
ABSENT = "\u2013"


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


def render_comparison(report: ComparisonReport) -> str:
    """Draw the report of a comparison."""
    parts = list(dict.fromkeys(name for candidate in report.candidates for name in candidate.shown.parts))
    part = "report" if "report" in parts else parts[-1]
    return (
        _environment()
        .get_template("comparison.html")
        .render(
            report=report,
            parts=parts,
            views=[_view(candidate, rank) for rank, candidate in enumerate(report.candidates, 1)],
            families=list(dict.fromkeys(name for candidate in report.candidates for name in candidate.shown.families)),
            nuisances=list(
                dict.fromkeys(name for candidate in report.candidates for name in candidate.shown.nuisances)
            ),
            merits=list(dict.fromkeys(name for candidate in report.candidates for name in candidate.merits)),
            overview=overview(report.candidates, part),
        )
    )


def render_evaluation(report: EvaluationReport) -> str:
    """Draw the page of an evaluation: figures, sources and the list of the errors."""
    cut = report.threshold.value
    return (
        _environment()
        .get_template("evaluation.html")
        .render(
            report=report,
            metrics=report.scores.measure(cut),
            plots=score_plots({report.split: report.scores}, cut, "evaluation"),
        )
    )


def _view(candidate: CandidateReport, rank: int) -> CandidateView:
    return CandidateView(
        report=candidate,
        rank=rank,
        metrics={fit.seed: _metrics(fit) for fit in candidate.fits},
        plots=fit_plots(candidate.shown, candidate.fits, f"plot-{rank}"),
    )


def _metrics(fit: FitReport) -> dict[str, Metrics]:
    return {name: part.measure(fit.threshold.value) for name, part in fit.parts.items()}


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("training"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"percent": percent, "interval": interval, "figure": figure, "size": size}
    return environment


def percent(share: float | None) -> str:
    """A share as a percentage with one decimal; a dash where there is none."""
    return ABSENT if share is None else f"{100 * share:.1f} %"


def interval(rate: Rate | None) -> str:
    """The 95 % interval of a rate, in percent."""
    return "" if rate is None else f"{100 * rate.low:.1f} to {100 * rate.high:.1f}"


def figure(value: float) -> str:
    """A number with four significant digits."""
    return f"{value:.4g}"


def size(count: int) -> str:
    """Bytes as kB; a dash for nothing."""
    return f"{count / KILO:.0f} kB" if count else ABSENT

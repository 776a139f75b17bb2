"""The plots of a comparison: all candidates at a glance, and how a fit scores and learnt."""

from collections.abc import Sequence

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from service.contract.manifest import Metrics, Rate
from training.comparison.content import CandidateReport, FitReport
from training.evaluation.plots import SIZE, score_plots
from training.report.svg import GOOD, INK, LEAK, house_style, inline_svg

ROW_HEIGHT = 0.27


def fit_plots(fit: FitReport, siblings: Sequence[FitReport], key: str) -> list[Markup]:
    """Every plot of one fit; the training curves show all seeds of its recipe. ``key`` is unique in the page."""
    plots = score_plots(fit.parts, fit.threshold.value, key)
    if any(sibling.fit_losses for sibling in siblings):
        plots.append(training_curves(siblings, f"{key}-losses"))
    return plots


def training_curves(fits: Sequence[FitReport], key: str) -> Markup:
    """Loss by epoch, fitted and held-out wells, one pair of lines a seed."""
    with house_style():
        figure = Figure(figsize=SIZE)
        axes = figure.subplots()
        for fit in fits:
            for losses, style, name in ((fit.fit_losses, "-", "fitted"), (fit.held_out_losses, "--", "held out")):
                label = name if fit is fits[0] and losses else None
                axes.plot(range(1, len(losses) + 1), losses, style, marker=".", color=INK, alpha=0.7, label=label)
        axes.set(title="Training", xlabel="epoch", ylabel="loss")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.legend()
        last = ", ".join(f"{fit.fit_losses[-1]:.3g}" for fit in fits if fit.fit_losses)
        return inline_svg(figure, key, f"Loss by epoch for {len(fits)} seeds; the last values are {last}.")


def overview(candidates: tuple[CandidateReport, ...], part: str, key: str = "overview") -> Markup:
    """Draw TPR and TNR of each candidate, best on top: a bar for the interval of the shown fit, a dot for each seed."""
    with house_style():
        figure = Figure(figsize=(9.6, 1.0 + ROW_HEIGHT * len(candidates)))
        left, right = figure.subplots(1, 2, sharey=True)
        for row, candidate in enumerate(candidates):
            for fit in candidate.fits:
                metrics = _metrics(fit, part)
                shown = fit.seed == candidate.shown_seed
                _draw_rate(left, row, metrics.tpr, LEAK, shown=shown)
                _draw_rate(right, row, metrics.tnr, GOOD, shown=shown)
        for axes, name in ((left, "TPR"), (right, "TNR")):
            axes.set_title(f"{name}, part “{part}”")
            axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        left.set_yticks(range(len(candidates)), [candidate.name for candidate in candidates])
        left.set_ylim(len(candidates) - 0.5, -0.5)
        return inline_svg(figure, key, _in_words(candidates, part))


def _draw_rate(axes: Axes, row: int, rate: Rate | None, colour: str, *, shown: bool) -> None:
    if rate is None:
        return
    if shown:
        axes.hlines(row, rate.low, rate.high, color=colour, alpha=0.35, linewidth=7)
        axes.plot(rate.value, row, "o", color=colour, markersize=6)
    else:
        axes.plot(rate.value, row, "o", markeredgecolor=colour, markerfacecolor="none", markersize=5)


def _metrics(fit: FitReport, part: str) -> Metrics:
    return fit.parts[part].measure(fit.threshold.value) if part in fit.parts else Metrics()


def _in_words(candidates: tuple[CandidateReport, ...], part: str) -> str:
    rows = []
    for candidate in candidates:
        metrics = _metrics(candidate.shown, part)
        rates = (f"{name} {rate.value:.1%}" for name, rate in (("TPR", metrics.tpr), ("TNR", metrics.tnr)) if rate)
        rows.append(f"{candidate.name}: {', '.join(rates)}")
    return f"Rates of each candidate on the part “{part}”. " + "; ".join(rows) + "."

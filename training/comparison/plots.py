"""The plots of a fit: those of its scores, and how it learnt."""

from collections.abc import Sequence

from markupsafe import Markup
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from training.comparison.content import FitReport
from training.evaluation.plots import SIZE, score_plots
from training.report.svg import INK, house_style, inline_svg


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

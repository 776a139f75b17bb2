"""The plots of scores: where they lie, and what a threshold costs."""

from collections.abc import Callable, Mapping
from itertools import cycle

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, PercentFormatter

from training.evaluation.content import PartScores
from training.evaluation.rates import Array, Curve, by_class, precision_recall, roc
from training.report.svg import CUT, GOOD, INK, LEAK, house_style, inline_svg

Parts = Mapping[str, PartScores]

SIZE = (4.7, 3.1)
BINS = 48
STEPS = 300
WIDE_RANGE, VERY_WIDE_RANGE = 20.0, 500.0
CORNER_TICKS = (0.9, 0.92, 0.94, 0.96, 0.98, 1.0)
LINES = ("-", "--", ":", "-.")


def score_plots(parts: Parts, threshold: float, key: str) -> list[Markup]:
    """The plots that scores and a threshold allow; the last three need parts with both classes."""
    both = {name: part for name, part in parts.items() if part.good and part.leak}
    plots = [histogram(parts, threshold, f"{key}-histogram")]
    if both:
        plots += [
            rates_over_threshold(both, threshold, f"{key}-rates"),
            roc_curves(both, f"{key}-roc"),
            precision_recall_curves(both, f"{key}-pr"),
        ]
    return plots


def histogram(parts: Parts, threshold: float, key: str) -> Markup:
    """Shares of good wells and leaks by score, one row a part, with the threshold."""
    edges = _score_axis(parts, threshold, BINS + 1)
    with house_style():
        figure = Figure(figsize=(SIZE[0], max(SIZE[1], 1.25 * len(parts) + 0.6)))
        rows = figure.subplots(len(parts), 1, sharex=True, squeeze=False)[:, 0]
        for axes, (name, part) in zip(rows, parts.items(), strict=True):
            _histogram_row(axes, part, edges)
            axes.axvline(threshold, color=CUT, linestyle="--", linewidth=1.2, label=f"threshold {threshold:.3g}")
            axes.set_title(f"{name}: {len(part.good)} good, {len(part.leak)} leaks", fontsize=8.5)
            axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        figure.legend(*rows[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
        _finish_score_axis(rows[-1], edges)
        return inline_svg(figure, key, f"Histograms of the scores. {_medians(parts)} The threshold is {threshold:.3g}.")


def rates_over_threshold(parts: Parts, threshold: float, key: str) -> Markup:
    """TPR and TNR as the threshold moves, with the one that was chosen."""
    cuts = _score_axis(parts, threshold, STEPS)
    with house_style():
        figure = Figure(figsize=SIZE)
        axes = figure.subplots()
        for style, (name, part) in zip(cycle(LINES), parts.items()):
            good, leak = by_class(*part.labelled())
            axes.plot(cuts, 1 - np.searchsorted(leak, cuts) / leak.size, style, color=LEAK, label=f"TPR, {name}")
            axes.plot(cuts, np.searchsorted(good, cuts) / good.size, style, color=GOOD, label=f"TNR, {name}")
        axes.axvline(threshold, color=CUT, linestyle="--", linewidth=1.2)
        axes.set_title("TPR and TNR over the threshold")
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        figure.legend(loc="outside lower center", ncols=min(len(parts), len(LINES)))
        _finish_score_axis(axes, cuts, "threshold")
        return inline_svg(figure, key, f"TPR falls and TNR rises as the threshold grows; {threshold:.3g} was chosen.")


def roc_curves(parts: Parts, key: str) -> Markup:
    """TPR against the false-alarm rate, with the corner that matters enlarged."""
    with house_style():
        figure, axes = _curves(parts, roc, lambda part: f"AUROC {part.measure(np.inf).auroc:.4f}")
        corner = axes.inset_axes((0.4, 0.42, 0.56, 0.5), xlim=(0, 0.1), ylim=(0.9, 1.003), yticks=CORNER_TICKS)
        for style, part in zip(cycle(LINES), parts.values()):
            corner.plot(*roc(*part.labelled()), style, color=INK)
        for side in (corner.xaxis, corner.yaxis):
            side.set_major_formatter(PercentFormatter(1, decimals=0))
        corner.tick_params(labelsize=7.5)
        axes.set(title="ROC", xlabel="false-alarm rate (1 - TNR)", ylabel="TPR")
        return inline_svg(figure, key, f"ROC curves. {_areas(parts)}")


def precision_recall_curves(parts: Parts, key: str) -> Markup:
    """Precision against TPR (recall); the share of leaks among the pictures differs from a plant's."""
    with house_style():
        figure, axes = _curves(parts, precision_recall, lambda part: f"{_prevalence(part):.0%} leaks")
        axes.set(title="Precision and recall", xlabel="TPR (recall)", ylabel="precision")
        return inline_svg(figure, key, f"Precision over recall. {_areas(parts)}")


def _histogram_row(axes: Axes, part: PartScores, edges: Array) -> None:
    for scores, colour, label in ((part.good, GOOD, "good"), (part.leak, LEAK, "leak")):
        if scores:
            shares = np.histogram(scores, edges)[0] / len(scores)
            axes.stairs(shares, edges, fill=True, color=colour, alpha=0.35, label=label)
            axes.stairs(shares, edges, color=colour, linewidth=1.2)


def _curves(parts: Parts, curve: Callable[..., Curve], remark: Callable[[PartScores], str]) -> tuple[Figure, Axes]:
    figure = Figure(figsize=SIZE)
    axes = figure.subplots()
    for style, (name, part) in zip(cycle(LINES), parts.items()):
        axes.plot(*curve(*part.labelled()), style, color=INK, label=f"{name}: {remark(part)}")
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.04))
    for side in (axes.xaxis, axes.yaxis):
        side.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.legend(loc="lower center")
    return figure, axes


def _score_axis(parts: Parts, threshold: float, points: int) -> Array:
    """Points over the range of scores; logarithmic where it is wide."""
    scores = np.array([threshold, *(score for part in parts.values() for score in (*part.good, *part.leak))])
    low, high = float(scores.min()) * 0.95, float(scores.max()) * 1.05
    if low > 0 and high / low > WIDE_RANGE:
        return np.geomspace(low, high, points)
    return np.linspace(low, high, points)


def _finish_score_axis(axes: Axes, points: Array, label: str = "anomaly score") -> None:
    wide = points[0] > 0 and points[-1] / points[0] > WIDE_RANGE
    axes.set(xlabel=label, xscale="log" if wide else "linear", xlim=(points[0], points[-1]))
    if wide:
        axes.xaxis.set_major_locator(LogLocator(subs=(1,) if points[-1] / points[0] > VERY_WIDE_RANGE else (1, 2, 5)))
    axes.xaxis.set_major_formatter("{x:g}")
    axes.minorticks_off()


def _prevalence(part: PartScores) -> float:
    return len(part.leak) / (len(part.good) + len(part.leak))


def _medians(parts: Parts) -> str:
    return " ".join(
        f"{name}: median of {kind} {np.median(scores):.3g}."
        for name, part in parts.items()
        for kind, scores in (("good wells", part.good), ("leaks", part.leak))
        if scores
    )


def _areas(parts: Parts) -> str:
    return " ".join(f"{name}: AUROC {part.measure(np.inf).auroc:.4f}." for name, part in parts.items())

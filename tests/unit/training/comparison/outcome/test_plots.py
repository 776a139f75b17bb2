import re

import pytest

from training.comparison.content import ComparisonReport
from training.comparison.outcome.plots import fit_plots, overview
from training.evaluation.content import PartScores
from training.evaluation.plots import score_plots

BOTH = PartScores(good=(0.001, 0.002, 0.003), leak=(0.004, 0.4))


@pytest.mark.parametrize(
    ("part", "count", "why"),
    [
        (BOTH, 4, "histogram, rates, ROC, precision"),
        (PartScores(good=(0.001, 0.002)), 1, "without leaks only the histogram has a meaning"),
        (PartScores(leak=(0.001, 0.002)), 1, "so it is without good wells"),
        (PartScores(good=(0.5, 0.5), leak=(0.5,)), 4, "equal scores have a range of their own"),
        (PartScores(good=(0.0, 0.0), leak=(1e-9, 30.0)), 4, "a score of zero has no logarithm"),
    ],
)
def test_scores_of_any_kind_can_be_drawn(part: PartScores, count: int, why: str) -> None:
    assert len(score_plots({"test": part}, 0.0035, "plot")) == count, why


def test_every_plot_says_in_words_what_it_shows() -> None:
    for plot in score_plots({"test": BOTH}, 0.0035, "plot"):
        words = re.search(r'<svg role="img" aria-label="([^"]+)"', plot)
        assert words is not None
        assert len(words[1]) > 20


def test_colours_come_from_the_page_alone() -> None:
    for plot in score_plots({"test": BOTH}, 0.0035, "plot"):
        assert "var(--ink)" in plot
        assert "#0101" not in plot


def test_ids_are_unique_across_plots(comparison: ComparisonReport) -> None:
    first, second = comparison.candidates[:2]
    plots = [*fit_plots(first.shown, first.fits, "first"), *fit_plots(second.shown, second.fits, "second")]
    ids = [name for plot in plots for name in re.findall(r'\bid="([^"]+)"', plot)]
    assert len(ids) == len(set(ids))
    used = {name for plot in plots for name in re.findall(r'(?:url\(|href=")#([^")]+)', plot)}
    assert used <= set(ids)


def test_the_same_scores_give_the_same_bytes() -> None:
    assert score_plots({"test": BOTH}, 0.0035, "plot") == score_plots({"test": BOTH}, 0.0035, "plot")


def test_training_curves_are_drawn_only_where_there_are_epochs(comparison: ComparisonReport) -> None:
    trained, reference = comparison.candidates[0], comparison.candidates[-1]
    assert len(fit_plots(trained.shown, trained.fits, "a")) == len(fit_plots(reference.shown, reference.fits, "b")) + 1


def test_the_overview_names_every_candidate_and_its_rates(comparison: ComparisonReport) -> None:
    plot = overview(comparison.candidates, "report")
    assert all(candidate.name in plot for candidate in comparison.candidates)
    assert re.search(r"pca_32: TPR \d+\.\d%, TNR \d+\.\d%", plot)

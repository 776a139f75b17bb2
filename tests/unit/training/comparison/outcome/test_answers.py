from dataclasses import replace

import pytest

from service.contract.manifest import Threshold
from training.comparison.content import ComparisonReport
from training.comparison.outcome.answers import Answer, answers
from training.evaluation.content import PartScores
from training.evaluation.rates import rate

GOOD = tuple(0.1 + number / 1000 for number in range(60))
LEAKS = tuple(2.0 + number / 1000 for number in range(60))
SCENES = tuple(range(30)) * 4


def told(report: ComparisonReport, part: str = "site_report", scores: PartScores | None = None) -> dict[str, Answer]:
    """The answers where the chosen candidate did so well on one part, at a threshold of 1."""
    chosen = next(one for one in report.candidates if one.name == report.chosen)
    fit = replace(
        chosen.shown,
        threshold=Threshold(value=1.0, strategy="scene_budget"),
        parts={part: scores or PartScores(GOOD, LEAKS, SCENES)},
        families={"torn_metal": rate(10, 10), "crack": rate(3, 10), "splash": rate(8, 10)},
        disturbances={"light": rate(10, 10), "steam": rate(4, 10)},
    )
    changed = replace(chosen, fits=(fit,))
    return {one.question: one for one in answers(replace(report, candidates=(changed,)))}


def test_a_good_candidate_seen_on_another_day_with_enough_leaks_may_be_used(comparison: ComparisonReport) -> None:
    found = told(comparison)
    assert found["Which candidate?"].headline == comparison.chosen
    assert found["How good on unseen scenes?"].headline == "100.0 %"
    assert "30 unseen scenes" in found["How good on unseen scenes?"].lines[0]
    assert "of another day" in found["How good on unseen scenes?"].lines[0]
    assert found["May I use it?"].headline == "yes, camera by camera"


def test_what_it_will_miss_is_the_interval_and_the_weakest_kinds_first(comparison: ComparisonReport) -> None:
    missed = told(comparison)["What will it miss?"]
    assert missed.headline == "up to 6.0 % of leaks"
    assert "crack (30%), splash (80%)" in " ".join(missed.lines)
    assert "torn metal" not in " ".join(missed.lines)
    assert "steam (40% passed)" in " ".join(missed.lines)


@pytest.mark.parametrize(
    ("part", "scores", "reason"),
    [
        ("report", PartScores(GOOD, LEAKS, SCENES), "No other day was seen"),
        ("site_report", PartScores(GOOD, LEAKS, (0,) * 120), "Fewer than 20 unseen scenes"),
        ("site_report", PartScores(GOOD, LEAKS[:10], SCENES[:70]), "Fewer than 58 leaks"),
        ("site_report", PartScores(GOOD), "Fewer than 58 leaks"),
    ],
)
def test_what_was_not_seen_leaves_it_on_trial(
    comparison: ComparisonReport, part: str, scores: PartScores, reason: str
) -> None:
    answer = told(comparison, part, scores)["May I use it?"]
    assert answer.headline == "on trial, beside people who look"
    assert reason in " ".join(answer.lines)


@pytest.mark.parametrize(
    ("scores", "reason"),
    [
        (PartScores(GOOD, (0.5,) * 60, SCENES), "misses 60 of 60"),
        (PartScores(LEAKS, LEAKS, SCENES), "calls most unseen scenes leaks"),
    ],
)
def test_what_misses_most_leaks_or_calls_most_scenes_leaks_may_not_be_used(
    comparison: ComparisonReport, scores: PartScores, reason: str
) -> None:
    answer = told(comparison, scores=scores)["May I use it?"]
    assert answer.headline == "no"
    assert reason in answer.lines[0]


def test_a_quick_look_may_not_be_used(comparison: ComparisonReport) -> None:
    quick = replace(comparison, command="leak-training compare --quick --data wells")
    assert told(quick)["May I use it?"].headline == "no"


def test_nothing_is_answered_where_nothing_was_chosen(comparison: ComparisonReport) -> None:
    assert answers(replace(comparison, chosen=None)) == ()

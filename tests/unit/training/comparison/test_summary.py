from dataclasses import replace

from training.comparison.picture_sets import MILDER
from training.comparison.ranking import rank_candidate
from training.comparison.result import JobResult
from training.comparison.summary import candidate_report, fit_report, threshold_of
from training.recipe.parts import ThresholdRule
from training.synthetic.augmentation import LEAK_KINDS

BUDGET = ThresholdRule(strategy="false_alarm_budget", parameters={"budget": 0.01})
GOOD = tuple(number / 1000 for number in range(1, 401))


def result(seed: int = 0, left_out: str = "", leak: float = 2.0) -> JobResult:
    sets = dict.fromkeys(("calibration_good", "choice_good", "report_good"), GOOD)
    sets |= dict.fromkeys(("choice_leak", "report_leak"), (leak, leak))
    for half in ("choice", "report"):
        families = [MILDER, *(family for families in LEAK_KINDS.values() for family in families)]
        sets |= {f"{half}/leak/{family}": (leak,) for family in families}
        sets |= {f"{half}/disturbance/light": (0.2, leak)}
    return JobResult("one", seed, left_out, sets, {"report_good": tuple(range(400))}, fit_s=1.0)


def test_a_fit_is_reported_with_rates_of_families_and_nuisances() -> None:
    report = fit_report([result()], BUDGET)
    assert report.families["crack"].value == 1
    assert report.disturbances["light"].value == 0.5
    assert report.parts["report"].measure(report.threshold.value).tnr is not None


def test_rates_over_scenes_are_reported_where_scenes_are_known() -> None:
    metrics = fit_report([result()], BUDGET).parts["report"].measure(0.2)
    assert metrics.tnr_by_scene is not None
    assert metrics.tnr_by_scene.scenes == 400


def test_the_second_set_helps_to_set_the_threshold_and_its_other_half_is_reported() -> None:
    plain = result()
    site = {"site_choice_good": (0.9,) * 400, "site_choice_leak": (), "site_report_good": (0.5,)}
    both = replace(plain, scores=plain.scores | site | {"site_report_leak": (2.0,)})
    assert threshold_of(both, BUDGET).value > threshold_of(plain, BUDGET).value
    assert "site_report" in fit_report([both], BUDGET).parts


def test_without_leaks_nothing_is_said_of_milder_ones() -> None:
    plain = result()
    alone = {name: () if name.endswith("_leak") or MILDER in name else kept for name, kept in plain.scores.items()}
    report = fit_report([replace(plain, scores=alone)], BUDGET)
    assert MILDER not in report.families
    assert report.parts["report"].measure(report.threshold.value).tpr is None


def test_a_family_that_was_taught_is_reported_by_the_fit_that_was_not() -> None:
    report = fit_report([result(), result(left_out="cracked", leak=0.1)], BUDGET)
    assert report.families["crack"].value == 0
    assert report.families["splash"].value == 1


def test_scores_that_allow_no_threshold_fall_back_on_the_cut_of_the_selection() -> None:
    nothing = JobResult("one", 0, scores={"choice_good": GOOD, "calibration_good": (), "choice_leak": ()})
    assert threshold_of(nothing, BUDGET).strategy == "selection_cut"


def test_every_seed_of_a_candidate_is_reported_and_the_best_one_is_shown() -> None:
    results = [result(0, leak=0.1), result(1)]
    report = candidate_report(rank_candidate("one", results), "summary", BUDGET, results)
    assert [fit.seed for fit in report.fits] == [0, 1]
    assert report.shown_seed == 1
    assert not report.reference

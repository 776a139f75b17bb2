"""From the results of a comparison to the report's content."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from service.contract.errors import DataError
from service.contract.manifest import Rate, Threshold
from training.comparison.compare import Comparison
from training.comparison.content import CandidateReport, ComparisonReport, FitReport
from training.comparison.pca import NAME as REFERENCE
from training.comparison.pca import SUMMARY as REFERENCE_SUMMARY
from training.comparison.picture_sets import HALVES, MILDER
from training.comparison.plan import ComparisonPlan
from training.comparison.ranking import RULE, RankedCandidate, cut
from training.comparison.result import JobResult
from training.dataset.splits import Split, first_words
from training.evaluation.content import PartScores
from training.evaluation.rates import rate
from training.evaluation.thresholds import calibrate
from training.export.assembly import Findings
from training.export.cost import describe_machine
from training.export.versions import versions
from training.recipe.parts import ThresholdRule
from training.synthetic.augmentation import LEAK_KINDS

REFERENCE_RULE = ThresholdRule(strategy="false_alarm_budget")


def candidate_report(
    ranked: RankedCandidate, summary: str, rule: ThresholdRule, results: Sequence[JobResult]
) -> CandidateReport:
    """All seeds of a candidate; the best one is shown."""
    return CandidateReport(
        name=ranked.candidate,
        summary=summary,
        merits={"merit": ranked.merit, **ranked.criteria},
        fits=tuple(
            fit_report([result for result in results if result.left_out or result.seed == seed], rule)
            for seed in sorted(ranked.by_seed)
        ),
        shown_seed=ranked.best_seed,
        reference=ranked.candidate == REFERENCE,
    )


def fit_report(results: Sequence[JobResult], rule: ThresholdRule) -> FitReport:
    """One seed: the main fit, with the synthetic leaks judged by fits that were not taught them."""
    main = next(result for result in results if not result.left_out)
    threshold = threshold_of(main, rule)
    return FitReport(
        seed=main.seed,
        threshold=threshold,
        parts=_parts(main),
        families=_families(results, rule),
        disturbances={
            name: rate(int((scores < threshold.value).sum()), scores.size)
            for name, scores in main.families("report/disturbance/").items()
        },
        fit_losses=main.losses,
        held_out_losses=main.held_out_losses,
        fit_s=main.fit_s,
        score_us=main.score_us,
        size_bytes=main.size_bytes,
        examples=main.examples,
    )


def threshold_of(result: JobResult, rule: ThresholdRule) -> Threshold:
    """The threshold by the recipe's rule, or the selection's cut where these scores allow none."""
    good, leak = ("calibration_good", "site_choice_good"), ("choice_leak", "site_choice_leak")
    try:
        return calibrate(rule, result.together(*good), result.together(*leak), result.scenes_together(*good))
    except DataError:
        return Threshold(value=max(cut(result), np.finfo(np.float32).tiny), strategy="selection_cut")


def _parts(main: JobResult) -> dict[str, PartScores]:
    names = [half for half in (*HALVES, "site_report") if f"{half}_good" in main.scores]
    drawn = [score for name, scores in main.scores.items() if name.startswith("report/leak/") for score in scores]
    return {name: _part(main, name) for name in names} | {
        "synthetic": PartScores(main.scores["report_good"], tuple(drawn))
    }


def _part(main: JobResult, name: str) -> PartScores:
    good, leak = f"{name}_good", f"{name}_leak"
    scenes = (*main.scenes_of(good).tolist(), *main.scenes_of(leak).tolist())
    return PartScores(main.scores[good], main.scores[leak], scenes)


def _families(results: Sequence[JobResult], rule: ThresholdRule) -> dict[str, Rate]:
    main = next(result for result in results if not result.left_out)
    threshold = threshold_of(main, rule)
    rates = {MILDER: _found(main, MILDER, threshold)} if main.of(f"report/leak/{MILDER}").size else {}
    for kind, families in LEAK_KINDS.items():
        judge = next((result for result in results if result.left_out == kind), main)
        threshold = threshold_of(judge, rule)
        rates |= {family: _found(judge, family, threshold) for family in families}
    return rates


def _found(result: JobResult, family: str, threshold: Threshold) -> Rate:
    scores = result.of(f"report/leak/{family}")
    return rate(int((scores >= threshold.value).sum()), scores.size)


def comparison_report(
    comparison: Comparison, plan: ComparisonPlan, parts: Split, notes: Sequence[str], command: str
) -> ComparisonReport:
    """The whole comparison as the report's content."""
    recipes = {recipe.name: recipe for recipe in plan.recipes}
    reference = (REFERENCE_SUMMARY, REFERENCE_RULE)
    described = {name: (recipe.summary, recipe.threshold) for name, recipe in recipes.items()} | {REFERENCE: reference}
    return ComparisonReport(
        title="Comparison of leak detectors",
        made_at=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        command=command,
        rule=RULE,
        first_words=first_words(parts),
        half_width=comparison.ranking[0].half_width,
        chosen=comparison.winner.recipe.name,
        candidates=tuple(
            candidate_report(ranked, *described[ranked.candidate], comparison.results[ranked.candidate])
            for ranked in comparison.ranking
        ),
        groups=parts.counts,
        notes=(*notes, *(f"{name} failed: {reason}" for name, reason in comparison.failed.items())),
        versions=versions() | {"machine": describe_machine()},
    )


def findings_of(comparison: Comparison, content: ComparisonReport, page: str) -> Findings:
    """What model card and report say of the winner; synthetic leaks are judged by fits that were not taught them."""
    winner = next(candidate for candidate in content.candidates if candidate.name == comparison.winner.recipe.name)
    return Findings(winner.shown.families, winner.shown.disturbances, winner.shown.fit_s, page)

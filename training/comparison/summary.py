"""From the outcomes of a bench to the report's content."""

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
from training.comparison.plan import Plan
from training.comparison.ranking import RULE, Worth, cut
from training.comparison.result import Outcome
from training.dataset.splits import Split
from training.evaluation.calibration import calibrate
from training.evaluation.content import PartScores
from training.evaluation.rates import rate
from training.export.assembly import Findings
from training.export.cost import describe_machine
from training.export.versions import versions
from training.recipe.parts import ThresholdRule
from training.synthetic.augmentation import LEAK_KINDS

REFERENCE_RULE = ThresholdRule(strategy="false_alarm_budget")


def candidate_report(worth: Worth, summary: str, rule: ThresholdRule, outcomes: Sequence[Outcome]) -> CandidateReport:
    """All seeds of a candidate; the best one is shown."""
    return CandidateReport(
        name=worth.candidate,
        summary=summary,
        merits={"worth": worth.value, **worth.tests},
        fits=tuple(
            fit_report([outcome for outcome in outcomes if outcome.left_out or outcome.seed == seed], rule)
            for seed in sorted(worth.by_seed)
        ),
        shown_seed=worth.best_seed,
        reference=worth.candidate == REFERENCE,
    )


def fit_report(outcomes: Sequence[Outcome], rule: ThresholdRule) -> FitReport:
    """One seed: the main fit, with the stress leaks judged by fits that were not taught them."""
    main = next(outcome for outcome in outcomes if not outcome.left_out)
    threshold = threshold_of(main, rule)
    return FitReport(
        seed=main.seed,
        threshold=threshold,
        parts=_parts(main),
        families=_families(outcomes, rule),
        nuisances={
            name: rate(int((scores < threshold.value).sum()), scores.size)
            for name, scores in main.families("report/nuisance/").items()
        },
        fit_losses=main.losses,
        held_out_losses=main.held_out_losses,
        fit_s=main.fit_s,
        score_us=main.score_us,
        size_bytes=main.size_bytes,
        examples=main.examples,
    )


def threshold_of(outcome: Outcome, rule: ThresholdRule) -> Threshold:
    """The threshold by the recipe's rule, or the selection's cut where these scores allow none."""
    good, leak = outcome.of("calibration_good"), outcome.of("choice_leak")
    try:
        return calibrate(rule, good, leak)
    except DataError:
        return Threshold(value=max(cut(outcome), np.finfo(np.float32).tiny), strategy="selection_cut")


def _parts(main: Outcome) -> dict[str, PartScores]:
    parts = {half: PartScores(main.scores[f"{half}_good"], main.scores[f"{half}_leak"]) for half in HALVES}
    stress = [score for name, scores in main.scores.items() if name.startswith("report/leak/") for score in scores]
    return parts | {"stress": PartScores(main.scores["report_good"], tuple(stress))}


def _families(outcomes: Sequence[Outcome], rule: ThresholdRule) -> dict[str, Rate]:
    main = next(outcome for outcome in outcomes if not outcome.left_out)
    rates = {MILDER: _found(main, MILDER, threshold_of(main, rule))}
    for kind, families in LEAK_KINDS.items():
        judge = next((outcome for outcome in outcomes if outcome.left_out == kind), main)
        threshold = threshold_of(judge, rule)
        rates |= {family: _found(judge, family, threshold) for family in families}
    return rates


def _found(outcome: Outcome, family: str, threshold: Threshold) -> Rate:
    scores = outcome.of(f"report/leak/{family}")
    return rate(int((scores >= threshold.value).sum()), scores.size)


def comparison_report(
    comparison: Comparison, plan: Plan, parts: Split, notes: Sequence[str], command: str
) -> ComparisonReport:
    """The whole bench as the report's content."""
    recipes = {recipe.name: recipe for recipe in plan.recipes}
    reference = (REFERENCE_SUMMARY, REFERENCE_RULE)
    described = {name: (recipe.summary, recipe.threshold) for name, recipe in recipes.items()} | {REFERENCE: reference}
    return ComparisonReport(
        title="Comparison of leak detectors",
        made_at=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        command=command,
        rule=RULE,
        chosen=comparison.winner.recipe.name,
        candidates=tuple(
            candidate_report(worth, *described[worth.candidate], comparison.outcomes[worth.candidate])
            for worth in comparison.ranking
        ),
        groups=parts.counts,
        notes=(*notes, *(f"{name} failed: {reason}" for name, reason in comparison.failed.items())),
        versions=versions() | {"machine": describe_machine()},
    )


def findings_of(comparison: Comparison, content: ComparisonReport, page: str) -> Findings:
    """What model card and report say of the winner; stress leaks are judged by fits that were not taught them."""
    winner = next(candidate for candidate in content.candidates if candidate.name == comparison.winner.recipe.name)
    return Findings(winner.shown.families, winner.shown.nuisances, winner.shown.fit_s, page)

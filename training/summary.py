"""From the outcomes of a bench to the report's content."""

from collections.abc import Sequence

import numpy as np

from service.contract.errors import LeakInspectionError
from service.contract.manifest import Rate, Threshold
from training.bench import HALVES, MILDER
from training.calibrate import calibrate
from training.lessons import LEAK_KINDS
from training.outcome import Outcome
from training.pca import NAME as REFERENCE
from training.rates import rate
from training.report.content import CandidateReport, FitReport, PartScores
from training.selection import Worth, cut
from training.specs import ThresholdRule


def candidate_report(worth: Worth, summary: str, rule: ThresholdRule, outcomes: Sequence[Outcome]) -> CandidateReport:
    """All seeds of a candidate; the best one is shown."""
    return CandidateReport(
        name=worth.candidate,
        summary=summary,
        merits={"worth": worth.value, **worth.tests},
        fits=tuple(
            fit_report([outcome for outcome in outcomes if outcome.seed == seed], rule)
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
    """The threshold by the recipe's rule, or the selection's cut where the scores allow none."""
    good, leak = outcome.of("calibration_good"), outcome.of("choice_leak")
    try:
        return calibrate(rule, good, leak)
    except LeakInspectionError:
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

"""What somebody wants to know first of a comparison: which candidate, how good, what it will miss, may it be used."""

from collections.abc import Mapping
from dataclasses import dataclass

from service.contract.manifest import Metrics, Rate
from training.comparison.activation import MOST
from training.comparison.content import CandidateReport, ComparisonReport
from training.comparison.ranking import FEW
from training.report.templating import interval, percent

REPORTED = ("site_report", "report")
"""Parts that nothing was chosen with; the first that is there counts, since another day tells more than a split."""

WEAK = 0.9
MANY_LEAKS = 58
"""With every one of so many found, at most 5 % escape with 95 % confidence (0.95 to the power of 58 is 5 %)."""

MOST_NAMED = 4


@dataclass(frozen=True, slots=True)
class Answer:
    """A question with its answer in a few words, and what stands behind it, a sentence each."""

    question: str
    headline: str
    lines: tuple[str, ...]


def answers(report: ComparisonReport) -> tuple[Answer, ...]:
    """Four answers of the chosen candidate; none where nothing was chosen."""
    chosen = next((one for one in report.candidates if one.name == report.chosen), None)
    if chosen is None:
        return ()
    metrics = {name: part.measure(chosen.shown.threshold.value) for name, part in chosen.shown.parts.items()}
    part = next((name for name in REPORTED if name in metrics), "")
    held_out = metrics.get(part, Metrics())
    return (
        Answer("Which candidate?", chosen.name, _which(report, chosen)),
        _how_good(part, held_out),
        _what_is_missed(chosen, held_out),
        _may_be_used(report, chosen, part, held_out),
    )


def _which(report: ComparisonReport, chosen: CandidateReport) -> tuple[str, ...]:
    rivals = [one for one in report.candidates if not one.reference]
    seeds = len(chosen.fits)
    lines = [chosen.summary.rstrip(".") + "."]
    lines.append(f"Its best of {seeds} fits, seed {chosen.shown_seed}; {len(rivals)} candidates were compared.")
    if chosen.shown.score_us:
        lines.append(f"It scores a picture in {chosen.shown.score_us:.0f} µs.")
    return tuple(lines)


def _how_good(part: str, held_out: Metrics) -> Answer:
    day = "of another day" if part == "site_report" else "held out of the same recordings"
    lines = []
    if held_out.tpr is not None:
        lines.append(f"Leaks found: {_of(held_out.tpr)}.")
    if held_out.tnr is not None:
        lines.append(f"Good wells passed: {_of(held_out.tnr)}.")
    scenes = held_out.tnr_by_scene
    if scenes is None:
        return Answer("How good on unseen scenes?", "not measured", tuple(lines))
    sure = f"95 % interval {100 * scenes.low:.1f} to {100 * scenes.high:.1f} %"
    first = f"of {scenes.scenes} unseen scenes passed on average, {day} ({sure})."
    return Answer("How good on unseen scenes?", percent(scenes.value), (first, *lines))


def _what_is_missed(chosen: CandidateReport, held_out: Metrics) -> Answer:
    families = _weakest(chosen.shown.families)
    disturbed = _weakest(chosen.shown.disturbances)
    bound = None if held_out.tpr is None else 1 - held_out.tpr.low
    headline = "not known: no leak was seen" if bound is None else f"up to {percent(bound)} of leaks"
    lines = ["The upper end of the 95 % interval, if leaks look like the ones at hand."] if bound is not None else []
    if families:
        lines.append(f"Drawn leaks that it finds least: {_named(families)}.")
    if disturbed:
        lines.append(f"Good wells are called leaks most under: {_named(disturbed, passed=True)}.")
    return Answer("What will it miss?", headline, tuple(lines))


def _may_be_used(report: ComparisonReport, chosen: CandidateReport, part: str, held_out: Metrics) -> Answer:
    against = _against(report, chosen, held_out)
    doubts = _doubts(part, held_out)
    commission = "Commission each camera first: a threshold from other wells says little about it."
    if against:
        return Answer("May I use it?", "no", (*against, *doubts))
    if doubts:
        return Answer("May I use it?", "on trial, beside people who look", (*doubts, commission))
    return Answer("May I use it?", "yes, camera by camera", (commission,))


def _against(report: ComparisonReport, chosen: CandidateReport, held_out: Metrics) -> list[str]:
    """What forbids it."""
    reasons = []
    if "--quick" in report.command.split():
        reasons.append("This was a quick look, of two epochs: fit it in full.")
    if held_out.tpr is not None and held_out.tpr.value < MOST:
        reasons.append(f"It misses {held_out.tpr.total - held_out.tpr.hits} of {held_out.tpr.total} held-out leaks.")
    drawn = [rate.value for rate in chosen.shown.families.values()]
    if held_out.tpr is None and drawn and sum(drawn) / len(drawn) < MOST:
        reasons.append("It misses most of the leaks drawn on held-out wells.")
    if held_out.tnr_by_scene is not None and held_out.tnr_by_scene.value < MOST:
        reasons.append("It calls most unseen scenes leaks.")
    return reasons


def _doubts(part: str, held_out: Metrics) -> list[str]:
    """What leaves it open."""
    doubts = []
    if part != "site_report":
        doubts.append("No other day was seen: give one with --site.")
    if held_out.tnr_by_scene is None or held_out.tnr_by_scene.scenes < FEW:
        doubts.append(f"Fewer than {FEW} unseen scenes report: add pictures of other wells and casts.")
    if held_out.tpr is None or held_out.tpr.total < MANY_LEAKS:
        doubts.append(f"Fewer than {MANY_LEAKS} leaks report: more of them narrow what may escape, nothing else does.")
    return doubts


def _weakest(rates: Mapping[str, Rate]) -> list[tuple[str, Rate]]:
    weak = sorted(((name, rate) for name, rate in rates.items() if rate.value < WEAK), key=lambda one: one[1].value)
    return weak[:MOST_NAMED]


def _named(weak: list[tuple[str, Rate]], *, passed: bool = False) -> str:
    """Names with what is found of them, or what of good wells passes."""
    word = " passed" if passed else ""
    return ", ".join(f"{name.replace('_', ' ')} ({rate.value:.0%}{word})" for name, rate in weak)


def _of(rate: Rate) -> str:
    return f"{rate.hits} of {rate.total} ({interval(rate)} %)"

"""The gate of a candidate: reviewed pictures are judged again by it and by what is served."""

from collections.abc import Sequence
from typing import Final

from pydantic import BaseModel, ConfigDict

from service.contract.decision import Verdict
from service.contract.detector import Detector
from training.dataset.data import Group, pictures_of
from training.dataset.layout import Label
from training.dataset.splits import Split
from training.evaluation.evaluate import serve_groups

NAMED: Final = 5


class GateResult(BaseModel):
    """What both artefacts make of reviewed pictures; ``against`` says why the candidate is refused, empty if it passes.

    Leaks are all that were reviewed; ``lost`` are the files of those that get ``no_leak`` from the candidate alone.
    Good wells are those of scenes that the candidate has never seen; the shares are of scenes on average, and count
    every alarm, ``unknown`` too.
    """

    model_config = ConfigDict(frozen=True)

    candidate: str
    served: str
    leaks: int
    missed: int
    missed_by_served: int
    lost: tuple[str, ...]
    good: int
    scenes: int
    false_alarms: float
    false_alarms_of_served: float
    against: str


def judge_past(candidate: Detector, served: Detector, parts: Split, names: tuple[str, str]) -> GateResult:
    """Judge every reviewed leak, and the reviewed good wells of the half that reports.

    Args:
        candidate: the new one.
        served: what answers now.
        parts: with the reviewed pictures as second set.
        names: of both artefacts, in this order.
    """
    leaks = (*parts.site_choice_leak, *parts.site_report_leak)
    new, old = _missed(candidate, leaks), _missed(served, leaks)
    lost = tuple(group.files[0] for group in leaks if group.key in new - old)
    good = [group for group in parts.site_report_good if group.label is Label.GOOD]
    alarms, alarms_of_served = _false_alarms(candidate, good), _false_alarms(served, good)
    found_more = len(new) < len(old)
    return GateResult(
        candidate=names[0],
        served=names[1],
        leaks=len(leaks),
        missed=len(new),
        missed_by_served=len(old),
        lost=lost,
        good=len(good),
        scenes=len({group.scene for group in good}),
        false_alarms=alarms,
        false_alarms_of_served=alarms_of_served,
        against=_against(len(leaks), lost, alarms, alarms_of_served, found_more=found_more),
    )


def _against(leaks: int, lost: Sequence[str], alarms: float, of_served: float, *, found_more: bool) -> str:
    if not leaks:
        return "no leak was reviewed, so nothing shows that none is lost: review alarms on the operator page"
    if lost:
        return f"{len(lost)} reviewed leaks that are found now would be missed: {', '.join(lost[:NAMED])}"
    if alarms > of_served or (alarms == of_served and not found_more):
        return f"false alarms on unseen scenes are not fewer: {alarms:.2%} against {of_served:.2%}"
    return ""


def _missed(detector: Detector, leaks: Sequence[Group]) -> set[str]:
    """The keys of leaks that raise no alarm."""
    found = detector.judge_many(pictures_of(leaks))
    return {group.key for group, one in zip(leaks, found, strict=True) if one.verdict is Verdict.NO_LEAK}


def _false_alarms(detector: Detector, good: Sequence[Group]) -> float:
    passed = serve_groups(detector, good).tnr_by_scene
    return 1.0 if passed is None else 1 - passed.value

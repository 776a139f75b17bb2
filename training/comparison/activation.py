"""Whether a new artefact takes the place of the active one: as served, on the same held-out parts."""

from collections.abc import Mapping
from pathlib import Path

from service.contract.artifact import Artifact, open_artifact, read_active
from service.contract.decision import Verdict
from service.contract.detector import open_detector
from service.contract.errors import ArtifactError
from service.contract.manifest import Rate, ServedMetrics
from service.contract.picture import decode
from training.dataset.splits import Split
from training.evaluation.evaluate import serve_groups

REPORTS = ("report", "site_report")
MOST = 0.5


def against(new: Artifact, root: Path, parts: Split, drawn: Mapping[str, Rate], *, asked: bool) -> str:
    """Why a new artefact is not activated; empty where it may be.

    Args:
        new: the artefact.
        root: where the active one lies.
        parts: on which both are judged.
        drawn: shares found of drawn leaks, which count where there are no others.
        asked: somebody has decided on the command line, so that the active artefact is not looked at.
    """
    served = {part: one.served for part, one in new.manifest.metrics.items() if part in REPORTS and one.served}
    missed = misses_most(served, drawn)
    return missed if missed or asked else other_product(new, root, parts) or not_better(new, root, parts)


def misses_most(served: Mapping[str, ServedMetrics], drawn: Mapping[str, Rate]) -> str:
    """Say so where most held-out leaks of a part are missed; most drawn ones, where there are no others."""
    rates = {part: metrics.tpr for part, metrics in served.items() if metrics.tpr is not None}
    for part, rate in rates.items():
        if rate.value < MOST:
            return f"it misses {rate.total - rate.hits} of {rate.total} held-out leaks of the part {part}"
    shares = [rate.value for rate in drawn.values()]
    if not rates and shares and sum(shares) / len(shares) < MOST:
        return f"it misses {1 - sum(shares) / len(shares):.0%} of the leaks drawn on held-out wells"
    return ""


def standing(served: Mapping[str, ServedMetrics]) -> float:
    """The mean of the worst part's share of leaks alarmed and the worst part's share of scenes passed, 0..1."""
    leaks = [metrics.tpr.value for metrics in served.values() if metrics.tpr is not None]
    scenes = [metrics.tnr_by_scene.value for metrics in served.values() if metrics.tnr_by_scene is not None]
    return (min(leaks, default=1.0) + min(scenes, default=0.0)) / 2


def other_product(new: Artifact, root: Path, parts: Split) -> str:
    """Say so where the active artefact is for other pictures: neither passes most good wells of the other.

    Of the active one's own wells there are its golden pictures of good wells. Empty where none can be opened.
    """
    active = _active(root, new)
    if active is None:
        return ""
    passed = [one.tnr.value for one in served_on(active, parts).values() if one.tnr is not None]
    if not passed or max(passed) >= MOST or _passed_golden(new, active) >= MOST:
        return ""
    return (
        f"the active {active.id} is for other pictures, of which it passes {max(passed):.0%} here: name another --out, "
        "or overrule with --activate"
    )


def not_better(new: Artifact, root: Path, parts: Split) -> str:
    """Say so where the active artefact, judged on the same parts, does as well; empty where none can be opened."""
    active = _active(root, new)
    if active is None:
        return ""
    mine, its = (standing(served_on(artifact, parts)) for artifact in (new, active))
    if mine > its:
        return ""
    return f"the active {active.id} does as well on the same parts ({its:.3f} against {mine:.3f}): --activate overrules"


def _active(root: Path, new: Artifact) -> Artifact | None:
    """The active artefact; None where it is the new one, or none can be opened."""
    try:
        active = open_artifact(root / read_active(root))
    except ArtifactError:
        return None
    return None if active.id == new.id else active


def _passed_golden(new: Artifact, active: Artifact) -> float:
    """Of the active artefact's golden pictures of good wells the share that the new one calls good; 1 of none."""
    detector = open_detector(new)
    golden = [one for one in active.manifest.golden if one.verdict is Verdict.NO_LEAK]
    pictures = [decode((active.folder / one.file).read_bytes()) for one in golden]
    judged = [detector.judge(picture).verdict for picture in pictures]
    return judged.count(Verdict.NO_LEAK) / len(judged) if judged else 1.0


def served_on(artifact: Artifact, parts: Split) -> dict[str, ServedMetrics]:
    """What the service would answer on the parts that report."""
    detector = open_detector(artifact)
    groups = {name: parts.half(name) for name in REPORTS}
    return {name: serve_groups(detector, some) for name, some in groups.items() if some}

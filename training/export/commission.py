"""Commissioning a camera with an artefact, and a rehearsal of it on a labelled set whose scenes are dealt in halves."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.contract.artifact import Artifact
from service.contract.commissioning.commissioning import Commissioning, commission
from service.contract.commissioning.cut import Terms
from service.contract.commissioning.observation import Observations, observe
from service.contract.commissioning.prediction import Shares, observed
from service.contract.detector import Detector
from service.contract.picture import Pixels
from training.dataset.data import Group, pictures_of
from training.dataset.splits import Split, scene_halves

LEAKS_AMONG = 0.05


@dataclass(frozen=True, slots=True)
class Commissioner:
    """An artefact, opened, and the terms under which it commissions cameras."""

    artifact: Artifact
    detector: Detector
    terms: Terms

    def observe(self, names: Sequence[str], pictures: Sequence[Pixels]) -> Observations:
        """Judge named pictures, one at least."""
        return observe(self.detector, names, pictures)

    def commission(self, seen: Observations) -> Commissioning:
        """Choose a cut for the camera, or say why it may not be armed."""
        return commission(seen, self.terms, self.artifact.manifest.drift)


def terms_for(detector: Detector, leaks: Sequence[Pixels], budget: float, margin: float) -> Terms:
    """What is known of leaks: from the artefact, and from pictures of the camera's own."""
    known = [detector.threshold.lowest_leak, *detector.score(leaks).tolist()]
    lowest = min((score for score in known if score is not None), default=None)
    return Terms(detector.threshold, lowest, budget, margin)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A commissioning on one half of a labelled set, and what its cut gives on the other half.

    ``seen`` is None where no cut was chosen.
    """

    what: str
    outcome: Commissioning
    seen: Shares | None


def rehearse(commissioner: Commissioner, parts: Split) -> list[Rehearsal]:
    """Commission on half of the scenes that were not fitted, alone and with one leak in twenty pictures in either half.

    Where the second set has too few leaks, those of the first fill up.
    """
    first, second = scene_halves((*parts.site_choice_good, *parts.site_report_good))
    halves = (
        (first, (*parts.site_choice_leak, *parts.choice_leak)),
        (second, (*parts.site_report_leak, *parts.report_leak)),
    )
    mixed = [(*good, *_one_in_twenty(leaks, len(good))) for good, leaks in halves]
    return [
        _rehearsed("good wells alone", commissioner, *(good for good, _ in halves)),
        _rehearsed("one leak in twenty pictures in either half", commissioner, *mixed),
    ]


def _one_in_twenty(leaks: Sequence[Group], good: int) -> Sequence[Group]:
    return leaks[: round(good * LEAKS_AMONG / (1 - LEAKS_AMONG))]


def _rehearsed(what: str, commissioner: Commissioner, first: Sequence[Group], second: Sequence[Group]) -> Rehearsal:
    outcome = commissioner.commission(_observed(commissioner, first))
    seen = observed(_observed(commissioner, second), outcome.cut.value) if outcome.cut else None
    return Rehearsal(what, outcome, seen)


def _observed(commissioner: Commissioner, groups: Sequence[Group]) -> Observations:
    return commissioner.observe([group.files[0] for group in groups], pictures_of(groups))

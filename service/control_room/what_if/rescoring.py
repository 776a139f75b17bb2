"""Pictures of the archive, judged again with another artefact: each as its own replay would be."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from service.contract.decision import NOT_OF_THE_PICTURE, Decision, Reason, Verdict
from service.contract.detector import Detection
from service.contract.errors import PictureError, PictureGone
from service.contract.gate.gate import Gated
from service.contract.picture import decode
from service.judging.serving import Serving
from service.record.archive.folder import ArchiveFolder

COVERED: Final = frozenset({Reason.COVERED, Reason.SCORE_AT_OR_ABOVE_THRESHOLD_COVERED})


class RescoreOutcome(StrEnum):
    """What became of one decision."""

    JUDGED = "judged"
    """Its picture has been judged again."""

    AS_BEFORE = "as_before"
    """No artefact plays a part in it: the picture was old, shown before, or cannot be read."""

    PICTURE_GONE = "picture_gone"
    """It was never kept, or has been deleted."""


class Rescored(NamedTuple):
    """One decision with what the other artefact says of its picture; None where there is no picture."""

    decision: Decision
    outcome: RescoreOutcome
    verdict: Verdict | None = None
    reason: Reason | None = None
    score: float | None = None


class _Waiting(NamedTuple):
    place: int
    decision: Decision
    gated: Gated


class Rescorer:
    """Judges pictures of an archive with one artefact; blocking, for one thread."""

    def __init__(self, archive: ArchiveFolder, serving: Serving) -> None:
        self._archive = archive
        self.serving = serving

    def rescore(self, decisions: Sequence[Decision]) -> list[Rescored]:
        """Judge again, in their order.

        Each picture is scored in a batch of the size and at the place at which it was: then its score is that of a
        replay, to the last bit. Pictures whose places fit share a batch.

        Raises:
            ScoringFailed: the scorer cannot be trusted with them.
        """
        found: list[Rescored] = []
        waiting: list[_Waiting] = []
        for place, decision in enumerate(decisions):
            gated = self._gated(decision)
            if isinstance(gated, RescoreOutcome):
                found.append(_unseen(decision, gated))
            else:
                found.append(Rescored(decision, RescoreOutcome.JUDGED, Verdict.UNKNOWN, gated.doubt))
                waiting += [_Waiting(place, decision, gated)] if gated.is_scored else []
        for company in _companies(waiting):
            for one, detection in self._detected(company):
                found[one.place] = Rescored(
                    one.decision, RescoreOutcome.JUDGED, detection.verdict, detection.reason, detection.score
                )
        return found

    def _detected(self, company: dict[int, _Waiting]) -> Iterator[tuple[_Waiting, Detection]]:
        """Judge with one inference; places that nobody fills hold one of the others."""
        anyone = next(iter(company.values()))
        size = max(anyone.decision.batch_size, 1)
        filled = [company.get(index, anyone) for index in range(size)]
        thresholds = [self.serving.threshold_of(one.decision.camera_id) for one in filled]
        detections = self.serving.detector.judge_gated([one.gated for one in filled], thresholds)
        return ((one, detections[index]) for index, one in company.items())

    def _gated(self, decision: Decision) -> Gated | RescoreOutcome:
        """What the gate says, as on the way of every picture."""
        if decision.reason in NOT_OF_THE_PICTURE:
            return RescoreOutcome.AS_BEFORE
        try:
            picture = decode(self._archive.read(decision).data, self.serving.max_pixels, levels=self.serving.levels)
        except PictureGone:
            return RescoreOutcome.PICTURE_GONE
        except PictureError:
            return RescoreOutcome.AS_BEFORE
        (gated,) = self.serving.gates.judge_all([picture], [decision.camera_id])
        covered = decision.reason in COVERED and gated.doubt is None
        return gated._replace(doubt=Reason.COVERED) if covered else gated


def _unseen(decision: Decision, outcome: RescoreOutcome) -> Rescored:
    if outcome is RescoreOutcome.PICTURE_GONE:
        return Rescored(decision, outcome)
    return Rescored(decision, outcome, decision.verdict, decision.reason)


def _companies(waiting: Sequence[_Waiting]) -> Iterator[dict[int, _Waiting]]:
    """Batches of the sizes in which the pictures were scored, each picture at the place at which it was."""
    filling: dict[int, dict[int, _Waiting]] = {}
    for one in waiting:
        company = filling.setdefault(one.decision.batch_size, {})
        if one.decision.batch_index in company:
            yield company
            company = filling[one.decision.batch_size] = {}
        company[one.decision.batch_index] = one
    yield from filling.values()

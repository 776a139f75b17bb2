from collections.abc import Sequence
from weakref import ref

import numpy as np
import pytest

from service.contract.decision import Reason, Verdict
from service.contract.detector import Detector
from service.contract.errors import ScoringFailed
from service.contract.gate.gate import Gate
from service.contract.manifest import GateLimits, InputSpec, Range, Threshold
from service.contract.picture import Pixels
from service.contract.scorer import Scores
from tests.wells import good_well, leaking_well

SPEC = InputSpec(height=24, width=40)
BLACK = np.zeros((24, 40, 3), np.uint8)
WELLS = [good_well(1), leaking_well(2), good_well(3, 30, 50)]


class Brightness:
    """Scores by the mean of a picture, and keeps the sizes of the batches it got."""

    def __init__(self, extra: int = 0) -> None:
        self.extra = extra
        self.sizes: list[int] = []

    def score(self, pixels: Pixels) -> Scores:
        self.sizes.append(len(pixels))
        return np.append(pixels.mean(axis=(1, 2, 3)), np.zeros(self.extra)).astype(np.float32)


def a_detector(scorer: Brightness, threshold: float = 100.0) -> Detector:
    gate = Gate(GateLimits(figures={"brightness": Range(low=20), "contrast": Range(low=4)}), SPEC)
    return Detector(gate, SPEC, scorer, Threshold(value=threshold, strategy="given"))


def test_usable_pictures_are_scored_together_and_the_others_not_at_all() -> None:
    scorer = Brightness()
    first, refused, second, third = a_detector(scorer).judge_all([WELLS[0], BLACK, WELLS[1], WELLS[2]])
    assert scorer.sizes == [3]
    assert [(one.batch_size, one.batch_index) for one in (first, second, third)] == [(3, 0), (3, 1), (3, 2)]
    assert (refused.verdict, refused.reason, refused.score) == (Verdict.UNKNOWN, Reason.INPUT_BLACK, None)


def test_a_picture_gets_the_same_score_alone_and_in_company() -> None:
    detector = a_detector(Brightness())
    together = detector.judge_all(WELLS)
    assert [detector.judge(well).score for well in WELLS] == [one.score for one in together]
    assert detector.score(WELLS).tolist() == [one.score for one in together]


def test_the_threshold_decides_and_the_ratio_says_how_far_away_it_is() -> None:
    score = a_detector(Brightness()).judge(WELLS[0]).score
    assert score is not None
    at = a_detector(Brightness(), score).judge(WELLS[0])
    above = a_detector(Brightness(), score * 2).judge(WELLS[0])
    assert (at.verdict, at.score_ratio) == (Verdict.LEAK, 1.0)
    assert (above.verdict, above.score_ratio) == (Verdict.NO_LEAK, 0.5)


def test_each_picture_is_decided_by_the_threshold_that_it_is_given() -> None:
    detector = a_detector(Brightness())
    gated = detector.gate.judge_all(WELLS)
    thresholds = [Threshold(value=value, strategy="given") for value in (1.0, 1000.0, 1.0)]
    found = detector.judge_gated(gated, thresholds)
    assert [one.verdict for one in found] == [Verdict.LEAK, Verdict.NO_LEAK, Verdict.LEAK]
    assert [one.score_ratio for one in found] == [
        one.score / threshold.value for one, threshold in zip(found, thresholds, strict=True) if one.score is not None
    ]


def test_score_and_gate_can_be_asked_each_for_itself() -> None:
    detector = a_detector(Brightness(), 10.0)
    assert detector.finds([WELLS[0], BLACK]).tolist() == [True, False]
    assert detector.refuses([WELLS[0], BLACK]).tolist() == [False, True]
    assert detector.finds([]).tolist() == []


@pytest.mark.parametrize("extra", [1, 2])
def test_a_scorer_that_gives_too_many_scores_is_not_believed(extra: int) -> None:
    with pytest.raises(ScoringFailed):
        a_detector(Brightness(extra)).judge(WELLS[0])


def test_under_a_doubt_that_hides_leaks_a_score_above_the_threshold_is_a_leak_and_any_other_unknown() -> None:
    pale = (WELLS[0] // 5 + 100).astype(np.uint8)
    leak, unknown = (a_detector(Brightness(), threshold).judge(pale) for threshold in (50.0, 500.0))
    assert (leak.verdict, leak.reason.value) == (Verdict.LEAK, "score_at_or_above_threshold_input_low_contrast")
    assert (unknown.verdict, unknown.reason) == (Verdict.UNKNOWN, Reason.INPUT_LOW_CONTRAST)
    assert leak.score == unknown.score


def test_any_number_of_pictures_is_judged_in_order_without_holding_them() -> None:
    class Large(Sequence[Pixels]):
        """Pictures of 3 MB, made when they are asked for; it knows how many were alive at once."""

        def __init__(self, numbers: range) -> None:
            self.numbers = numbers

        def __len__(self) -> int:
            return len(self.numbers)

        def __getitem__(self, place: int | slice) -> "Pixels | Large":  # type: ignore[override]  # both in one
            if isinstance(place, slice):
                return Large(self.numbers[place])
            picture = np.full((1000, 1000, 3), self.numbers[place] // 3 + 30, np.uint8)
            picture[:500] += 60
            alive.append(ref(picture))
            return picture

    alive: list[ref[Pixels]] = []
    most = 0

    class Counting(Brightness):
        def score(self, pixels: Pixels) -> Scores:
            nonlocal most
            most = max(most, sum(one() is not None for one in alive))
            return super().score(pixels)

    scorer = Counting()
    found = a_detector(scorer, threshold=1000.0).judge_many(Large(range(300)))
    scores = [one.score or 0.0 for one in found]
    assert scores == sorted(scores)
    assert len(set(scores)) == 100
    assert scorer.sizes == [256, 44]
    assert most < 30

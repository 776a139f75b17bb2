"""Golden pictures of drawn wells."""

import numpy as np
import pytest

from service.contract.decision import Reason, Verdict, decide
from service.contract.detector import Detection
from service.contract.errors import ExportRefused
from service.contract.gate.gate import NOTHING_MEASURED
from service.contract.manifest import InputSpec
from service.contract.picture import Pixels, to_pixels
from tests.wells import good_well
from training.export.golden import draw_golden
from training.synthetic.kinds import LEAKS, apply

SPEC = InputSpec(height=24, width=40)
GOOD = [good_well(seed) for seed in range(120)]
REFERENCE = np.mean([to_pixels(picture, SPEC) for picture in GOOD], axis=0)


def judge(picture: Pixels, threshold: float = 150.0) -> Detection:
    """The squared distance from the mean well, against a threshold."""
    score = float(((to_pixels(picture, SPEC) - REFERENCE) ** 2).mean())
    return Detection(*decide(score, threshold), NOTHING_MEASURED, score, score / threshold)


def test_averages_are_good_and_what_is_drawn_on_them_leaks() -> None:
    golden = draw_golden(GOOD, judge)
    verdicts = [picture.judged.verdict for picture in golden]
    assert set(verdicts) == {Verdict.NO_LEAK, Verdict.LEAK}
    assert len({picture.name for picture in golden}) == len(golden)
    for picture in golden:
        assert judge(picture.picture) == picture.judged


def test_no_golden_picture_is_a_picture_of_the_data() -> None:
    for golden in draw_golden(GOOD, judge):
        assert not any(np.array_equal(golden.picture, picture) for picture in GOOD)


def test_golden_pictures_keep_away_from_the_threshold() -> None:
    ratios = {one.name: one.judged.score_ratio or 1.0 for one in draw_golden(GOOD, judge)}
    assert all(ratio <= 0.9 or ratio >= 1.2 for name, ratio in ratios.items() if not name.startswith("faint_"))


def test_a_threshold_raised_by_a_tenth_no_longer_finds_the_faint_leaks() -> None:
    faint = [one for one in draw_golden(GOOD, judge) if one.name.startswith("faint_")]
    assert faint
    assert all(one.judged.verdict is Verdict.LEAK for one in faint)
    assert all(judge(one.picture, 150.0 * 1.101).verdict is Verdict.NO_LEAK for one in faint)


def test_a_gate_that_wants_sharp_pictures_gets_sharpened_ones() -> None:
    def sharp_only(picture: Pixels) -> Detection:
        if np.abs(np.diff(picture.astype(int), axis=1)).mean() > 2.5:
            return judge(picture)
        return Detection(Verdict.UNKNOWN, Reason.INPUT_BLURRED, NOTHING_MEASURED)

    assert sharp_only(draw_golden(GOOD, judge)[0].picture).verdict is Verdict.UNKNOWN
    assert draw_golden(GOOD, sharp_only)[0].judged.verdict is Verdict.NO_LEAK


def test_a_model_that_judges_no_average_good_is_refused() -> None:
    with pytest.raises(ExportRefused, match="no good picture as good"):
        draw_golden(GOOD, lambda picture: judge(picture, 1e-6))


def test_a_model_that_finds_no_drawn_leak_cannot_be_exported() -> None:
    with pytest.raises(ExportRefused, match="calls no leak drawn on a good well a leak"):
        draw_golden(GOOD, lambda picture: judge(picture, 1e12))


def test_a_weak_model_is_challenged_by_many_leaks_at_once() -> None:
    wells = [one.picture for one in draw_golden(GOOD, judge) if one.judged.verdict is Verdict.NO_LEAK]
    highest = max(judge(apply(name, well, 1.0, 0)).score or 0.0 for name in LEAKS for well in wells)
    golden = draw_golden(GOOD, lambda picture: judge(picture, highest / 1.15))
    assert golden[-1].judged.verdict is Verdict.LEAK


def test_where_averages_look_like_no_picture_a_good_picture_is_taken() -> None:
    def judge(picture: Pixels) -> Detection:
        is_known = any(np.array_equal(picture, well) for well in GOOD)
        score = 0.5 if is_known else 2.0
        return Detection(*decide(score, 1.0), NOTHING_MEASURED, score, score)

    golden = draw_golden(GOOD, judge)
    assert [one.judged.verdict for one in golden] == [Verdict.NO_LEAK, Verdict.LEAK]
    assert np.array_equal(golden[0].picture, GOOD[0])

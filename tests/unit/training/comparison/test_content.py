import numpy as np
import pytest

from service.contract.errors import DataError
from training.comparison.content import ComparisonReport, FitReport, from_json, to_json, without_pictures
from training.evaluation.content import PartScores


def test_a_comparison_survives_the_round_trip_through_json(comparison: ComparisonReport) -> None:
    assert from_json(ComparisonReport, to_json(comparison)) == comparison


def test_one_fit_survives_it_alone_so_that_a_comparison_can_resume(comparison: ComparisonReport) -> None:
    fit = comparison.candidates[0].shown
    assert from_json(FitReport, to_json(fit)) == fit


@pytest.mark.parametrize("data", [b"", b"[]", b'{"seed": "first"}'])
def test_other_bytes_are_refused_with_advice(data: bytes) -> None:
    with pytest.raises(DataError, match=r"this is no FitReport: .*: run the comparison again"):
        from_json(FitReport, data)


def test_a_published_report_has_no_pictures(comparison: ComparisonReport) -> None:
    assert b"data:image" in to_json(comparison)
    assert b"data:image" not in to_json(without_pictures(comparison))


def test_part_scores_are_labelled_good_first() -> None:
    scores, labels = PartScores(good=(1.0, 2.0), leak=(3.0,)).labelled()
    assert np.array_equal(scores, [1.0, 2.0, 3.0])
    assert np.array_equal(labels, [0, 0, 1])


def test_the_shown_fit_is_the_one_with_the_shown_seed(comparison: ComparisonReport) -> None:
    assert all(candidate.shown.seed == candidate.shown_seed for candidate in comparison.candidates)

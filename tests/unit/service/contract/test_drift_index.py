import numpy as np
import pytest

from service.contract.drift_index import drift_index


def test_equal_shares_give_nothing_and_more_difference_gives_more() -> None:
    shares = [0.25] * 4
    slight, strong = drift_index([300, 250, 250, 200], shares), drift_index([600, 200, 100, 100], shares)
    assert float(drift_index([250] * 4, shares)) == 0
    assert 0 < float(slight) < float(strong)


def test_the_index_is_the_sum_over_bins_of_difference_times_log_of_the_ratio() -> None:
    expected = (0.6 - 0.5) * np.log(0.6 / 0.5) + (0.4 - 0.5) * np.log(0.4 / 0.5)
    assert float(drift_index([60_000, 40_000], [0.5, 0.5])) == pytest.approx(expected, rel=1e-3)


def test_bins_without_any_picture_stay_finite() -> None:
    assert np.isfinite(drift_index([[0, 0], [9, 0]], [0.5, 0.5])).all()
    assert np.isfinite(drift_index([5, 5], [1.0, 0.0]))

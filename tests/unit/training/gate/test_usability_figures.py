import numpy as np
import pytest

from service.contract.gate.figures import FEATURES, FIGURES, measure
from service.contract.picture import Pixels
from tests.wells import good_well
from training.synthetic.corruptions import blurred, cut, noisy


def figures(picture: Pixels) -> dict[str, float]:
    return dict(zip(FIGURES, measure(picture).figures.tolist(), strict=True))


def test_brightness_and_contrast_are_mean_and_deviation_of_the_grey_values() -> None:
    picture = np.full((20, 30, 3), 100, np.uint8)
    picture[:, 15:] = 140
    measured = figures(picture)
    assert measured["brightness"] == pytest.approx(120)
    assert measured["contrast"] == pytest.approx(20)


def test_a_repeated_row_and_a_repeated_column_measure_nothing() -> None:
    picture = good_well(1)
    assert figures(picture)["dullest_row"] > 0.3
    assert figures(picture)["dullest_column"] > 0.3
    repeated = picture.copy()
    repeated[10] = repeated[9]
    repeated[:, 20] = repeated[:, 19]
    assert figures(repeated)["dullest_row"] == 0
    assert figures(repeated)["dullest_column"] == 0


@pytest.mark.parametrize("side", range(4))
@pytest.mark.parametrize("fill", [0, 128, 255, None])
def test_stillness_reaches_inwards_from_the_edge_where_a_picture_was_cut(side: int, fill: int | None) -> None:
    assert figures(good_well(1))["still_edge"] < 5
    assert figures(cut(good_well(1), 0.4, side, fill))["still_edge"] == pytest.approx(40, abs=4)


def test_a_still_band_in_the_middle_is_no_still_edge_and_a_flat_picture_is_nothing_else() -> None:
    banded = good_well(1)
    banded[10:20] = banded[10]
    assert figures(banded)["still_edge"] < 5
    assert figures(np.full((20, 30, 3), 90, np.uint8))["still_edge"] == 100


def test_blur_lowers_fineness_and_noise_raises_it() -> None:
    picture = good_well(1)
    rng = np.random.default_rng(0)
    assert figures(blurred(picture, 1))["fineness"] < 0.8 * figures(picture)["fineness"]
    assert figures(noisy(blurred(picture, 1), 10, rng))["fineness"] > figures(blurred(picture, 1))["fineness"]


def test_fineness_hardly_depends_on_contrast() -> None:
    picture = good_well(1)
    paler = np.rint(picture * 0.5 + 64).astype(np.uint8)
    assert figures(paler)["fineness"] == pytest.approx(figures(picture)["fineness"], rel=0.1)


def test_the_quietest_block_is_the_flat_one() -> None:
    picture = good_well(1, 30, 40)
    picture[:12, :12] = 90
    assert figures(picture)["quietest_block"] < 0.2 * figures(picture)["sharpness"]


def test_shares_of_red_and_blue_are_percent_of_all_light() -> None:
    measured = figures(np.full((10, 10, 3), (20, 50, 30), np.uint8))
    assert (measured["red"], measured["blue"]) == pytest.approx((20, 30))


def test_features_of_shape_are_free_of_contrast_and_light() -> None:
    picture = good_well(1).astype(np.float32)
    paler = np.rint(picture * 0.6 + 60).astype(np.uint8)
    shape, paler_shape = (measure(p).features[len(FIGURES) : -1] for p in (picture.astype(np.uint8), paler))
    assert np.allclose(shape, paler_shape, atol=0.02)
    assert np.linalg.norm(shape) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("size", [(8, 8), (27, 48), (40, 8), (300, 900), (1000, 9)])
def test_any_size_gives_finite_features_and_a_constant(size: tuple[int, int]) -> None:
    for shade in (0, 255):
        features = measure(np.full((*size, 3), shade, np.uint8)).features
        assert features.shape == (FEATURES + 1,)
        assert np.isfinite(features).all()
        assert features[-1] == 1


def test_a_large_picture_is_measured_at_the_size_a_model_sees() -> None:
    well = good_well(1, 54, 96)
    large = np.kron(well, np.ones((8, 8, 1), np.uint8))
    assert figures(large) == pytest.approx(figures(well), rel=0.02, abs=0.02)

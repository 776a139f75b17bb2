import numpy as np
import pytest

from service.contract.decision import Reason
from tests.wells import good_well
from training.synthetic.corruptions import FAMILIES, cut, peppered, simulate, veiled

WELL = good_well(5)


@pytest.mark.parametrize("reason", FAMILIES)
def test_a_fault_changes_the_picture_but_not_its_shape_nor_the_original(reason: Reason) -> None:
    original = WELL.copy()
    for seed in range(20):
        faulty = simulate(reason, WELL, np.random.default_rng(seed))
        assert faulty.shape == WELL.shape
        assert faulty.dtype == np.uint8
        assert np.abs(faulty.astype(int) - WELL).mean() > 0.3
    assert np.array_equal(WELL, original)


@pytest.mark.parametrize("reason", FAMILIES)
def test_a_fault_is_drawn_the_same_from_the_same_seed(reason: Reason) -> None:
    once, again = (simulate(reason, WELL, np.random.default_rng(4)) for _ in range(2))
    assert np.array_equal(once, again)


def test_every_side_can_be_lost() -> None:
    lost = [cut(WELL, 0.5, side, 0) == 0 for side in range(4)]
    for mask, region in zip(lost, (np.s_[14:], np.s_[:, :24], np.s_[:13], np.s_[:, 24:]), strict=True):
        assert mask[region].all()
        assert mask.mean() == pytest.approx(0.5, abs=0.05)


def test_a_decoder_may_repeat_the_last_row_it_got() -> None:
    faulty = cut(WELL, 0.3, 0, None)
    assert (faulty[20:] == faulty[18]).all()
    assert np.array_equal(faulty[:18], WELL[:18])


def test_pepper_hits_the_share_that_was_asked_for() -> None:
    hit = np.isin(peppered(np.full((200, 200, 3), 99, np.uint8), 0.1, np.random.default_rng(0))[..., 0], (0, 255))
    assert hit.mean() == pytest.approx(0.1, abs=0.01)


def test_a_full_veil_leaves_nothing() -> None:
    assert (veiled(WELL, 1.0, 200.0) == 200).all()

import numpy as np
import pytest

from tests.wells import good_well
from training.synthetic.corruptions import cut, peppered, veiled

WELL = good_well(5)


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

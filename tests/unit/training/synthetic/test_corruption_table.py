import numpy as np
import pytest

from service.contract.decision import Reason
from tests.wells import good_well
from training.synthetic.corruption_table import CORRUPTIONS, REASONS, STRENGTHS, coarsely_corrupted, corrupted

WELL = good_well(5)


@pytest.mark.parametrize("reason", REASONS)
def test_what_is_coarse_changes_the_picture_but_not_its_shape_nor_the_original(reason: Reason) -> None:
    original = WELL.copy()
    for seed in range(20):
        picture = coarsely_corrupted(reason, WELL, np.random.default_rng(seed))
        assert picture.shape == WELL.shape
        assert picture.dtype == np.uint8
        assert np.abs(picture.astype(int) - WELL).mean() > 0.3
    assert np.array_equal(WELL, original)


@pytest.mark.parametrize("reason", REASONS)
def test_a_corruption_is_drawn_the_same_from_the_same_seed(reason: Reason) -> None:
    once, again = (coarsely_corrupted(reason, WELL, np.random.default_rng(4)) for _ in range(2))
    assert np.array_equal(once, again)


@pytest.mark.parametrize("strength", STRENGTHS)
def test_a_named_strength_keeps_the_shape_and_the_original(strength: str) -> None:
    original = WELL.copy()
    picture = corrupted(strength, WELL, np.random.default_rng(0))
    assert picture.shape == original.shape
    assert picture.dtype == np.uint8
    assert np.array_equal(WELL, original)


@pytest.mark.parametrize("kind", [name for name, one in CORRUPTIONS.items() if one.tolerable])
def test_what_must_pass_is_weaker_than_what_must_be_refused(kind: str) -> None:
    assert CORRUPTIONS[kind].tolerable < CORRUPTIONS[kind].coarse[0]


def test_every_reason_has_a_kind_that_teaches_it() -> None:
    taught = {one.reason for one in CORRUPTIONS.values() if one.share}
    assert taught - {None} == set(REASONS)

import numpy as np

from tests.wells import good_well, leaking_well
from training.synthetic.milder import milder_leaks

GOOD = np.stack([good_well(seed) for seed in range(20)])
LEAKS = np.stack([leaking_well(seed) for seed in range(30, 34)])


def test_a_milder_leak_lies_half_way_to_a_good_well() -> None:
    milder = milder_leaks(LEAKS, GOOD).astype(float)
    for leak, mixed in zip(LEAKS.astype(float), milder, strict=True):
        assert min(np.abs(mixed - (leak + good) / 2).max() for good in GOOD.astype(float)) <= 0.5


def test_without_leaks_there_are_no_milder_ones() -> None:
    assert milder_leaks(LEAKS[:0], GOOD).shape == (0, 27, 48, 3)

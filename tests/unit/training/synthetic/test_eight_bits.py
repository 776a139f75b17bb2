import numpy as np

from training.synthetic.eight_bits import recompressed, to_picture


def test_recompression_keeps_red_red() -> None:
    red = np.full((16, 16, 3), (200, 20, 20), np.uint8)
    assert np.abs(recompressed(red, 95).astype(int) - red).max() < 8


def test_values_are_rounded_and_kept_within_8_bits() -> None:
    assert to_picture(np.array([-3.0, 0.6, 254.4, 300.0])).tolist() == [0, 1, 254, 255]

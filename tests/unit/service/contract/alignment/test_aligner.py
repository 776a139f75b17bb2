"""The aligner: it finds the table, or says that it has no proof."""

import math

import numpy as np
import pytest

from service.contract.alignment.aligner import Aligner
from service.contract.alignment.alignment import Alignment
from service.contract.errors import SetupError
from service.contract.picture import Pixels
from tests.frames import SIZE, drawn_frame, moved, places, reference

ALIGNER = Aligner(reference())


def farthest_px(alignment: Alignment, right: float, down: float, turn: float) -> float:
    """How far the corners of wells are from where they belong, at most."""
    corners = np.concatenate(list(ALIGNER.corners.values())) - np.array(SIZE) / 2
    cosine, sine = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    truly = corners @ np.array([[cosine, -sine], [sine, cosine]]).T + np.array(SIZE) / 2 + (right, down)
    found = (corners + np.array(SIZE) / 2) @ alignment.matrix[:, :2].T + alignment.matrix[:, 2]
    return float(np.hypot(*(found - truly).T).max())


@pytest.mark.parametrize(
    ("right", "down", "turn", "light"),
    [(0, 0, 0, 1), (20, 0, 0, 1), (-20, 20, 0, 0.7), (3.5, -7.25, 2, 1.1), (-12, 9, -2, 0.3), (20, 20, 1, 0.9)],
)
def test_a_small_move_is_found_to_less_than_a_pixel(right: float, down: float, turn: float, light: float) -> None:
    alignment, in_sight = ALIGNER.align(moved(drawn_frame(seed=3), right, down, turn, light))
    assert alignment.problem is None
    assert farthest_px(alignment, right, down, turn) < 1
    assert (alignment.residual_px < 1, alignment.proof > 0.75) == (True, True)
    assert in_sight.mean() > 0.9


@pytest.mark.parametrize(("right", "down", "turn"), [(24, 0, 0), (0, -30, 0), (0, 0, 3), (-3, 3, -2.6)])
def test_a_larger_move_is_a_problem_that_says_by_how_much(right: float, down: float, turn: float) -> None:
    alignment, _ = ALIGNER.align(moved(drawn_frame(seed=3), right, down, turn))
    assert alignment.problem is not None
    assert f"{max(right, down, key=abs):.0f}" in alignment.problem or f"{turn:.1f} degrees" in alignment.problem


@pytest.mark.parametrize("right", [80, -80, 160])
def test_a_shift_by_the_pitch_of_the_wells_is_no_fit(right: int) -> None:
    assert ALIGNER.align(moved(drawn_frame(seed=3), right))[0].problem is not None


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(drawn_frame()[::-1].copy(), id="upside down"),
        pytest.param(drawn_frame()[:, ::-1].copy(), id="mirrored"),
        pytest.param(np.zeros_like(drawn_frame()), id="black"),
        pytest.param(np.full_like(drawn_frame(), 120), id="grey"),
        pytest.param(np.random.default_rng(0).integers(0, 256, drawn_frame().shape, dtype=np.uint8), id="noise"),
    ],
)
def test_another_picture_is_no_proof(frame: Pixels) -> None:
    assert ALIGNER.align(frame)[0].problem is not None


@pytest.mark.parametrize("light", ["lamp on one side", "shadow", "steam"])
def test_uneven_light_hides_no_table(light: str) -> None:
    frame = moved(drawn_frame(seed=3), 5, -8, 0.7).astype(np.float32)
    across = np.linspace(0, 1, SIZE[0])[None, :, None]
    changed: dict[str, np.ndarray] = {
        "lamp on one side": frame * (0.3 + 0.9 * across),
        "shadow": frame * np.where(across > 0.6, 0.5, 1),
        "steam": frame * (1 - 0.7 * across) + 190 * 0.7 * across,
    }
    alignment, in_sight = ALIGNER.align(np.clip(changed[light], 0, 255).astype(np.uint8))
    assert alignment.problem is None
    assert farthest_px(alignment, 5, -8, 0.7) < 1
    assert in_sight.mean() > 0.7


def test_what_is_covered_is_not_in_sight_though_the_rest_is_found() -> None:
    frame = moved(drawn_frame(seed=3), 4, -3)
    frame[60:180, 60:260] = 120
    alignment, in_sight = ALIGNER.align(frame)
    seen = dict(zip(places(), in_sight.tolist(), strict=True))
    assert alignment.problem is None
    assert not any(seen[name] for name in ("1a", "2a"))
    assert all(seen[name] for name in ("5a", "6a", "11a", "12a", "17a", "18a"))


def test_a_covered_half_is_no_proof() -> None:
    frame = drawn_frame(seed=3)
    frame[:, :320] = 90
    assert ALIGNER.align(frame)[0].problem is not None


def test_a_reference_without_features_is_refused() -> None:
    with pytest.raises(SetupError, match="0 features"):
        Aligner(reference(np.full_like(drawn_frame(), 100)))

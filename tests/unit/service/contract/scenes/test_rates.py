import numpy as np
import pytest

from service.contract.scenes.rates import half_width, scene_cut, scene_rate, scene_shares


def test_a_long_scene_weighs_no_more_than_a_single_picture() -> None:
    hits = np.array([*[True] * 98, False, False])
    rate = scene_rate(hits, np.array([*[0] * 98, 1, 2]))
    assert rate.value == pytest.approx(1 / 3)
    assert rate.scenes == 3


@pytest.mark.parametrize(
    ("hits", "low", "high", "why"),
    [
        ([True] * 10, 0.6915, 1.0, "ten scenes of ten: as Clopper and Pearson have it"),
        ([False] * 10, 0.0, 0.3085, "none of ten: the mirror of it"),
        ([True], 0.025, 1.0, "one scene proves next to nothing"),
    ],
)
def test_scenes_that_all_agree_are_not_taken_for_certainty(hits: list[bool], low: float, high: float, why: str) -> None:
    rate = scene_rate(np.array(hits), np.arange(len(hits)))
    assert [rate.low, rate.high] == pytest.approx([low, high], abs=5e-5), why


def test_the_interval_is_that_of_scenes_and_not_of_pictures() -> None:
    shares = np.repeat([True, False], [40, 10])
    few = scene_rate(shares, np.arange(50))
    many = scene_rate(np.repeat(shares, 20), np.repeat(np.arange(50), 20))
    assert (few.low, few.high) == (many.low, many.high), "twenty frames of each scene tell nothing new"
    assert half_width(few) == pytest.approx(1.96 * np.sqrt(0.8 * 0.2 / 50), rel=0.1)


def test_the_same_scenes_give_the_same_interval() -> None:
    hits, scenes = np.arange(60) % 3 > 0, np.arange(60) // 2
    assert scene_rate(hits, scenes) == scene_rate(hits, scenes)


@pytest.mark.parametrize(
    ("scores", "scenes", "share", "passed", "why"),
    [
        ([1, 2, 3, 4], [0, 1, 2, 3], 0.75, [1, 1, 1, 0], "three of four scenes"),
        ([1, 2, 3, 4], [0, 1, 2, 3], 0.76, [1, 1, 1, 1], "at least the share"),
        ([5, 5, 5, 5, 1], [0, 0, 0, 0, 1], 0.5, [0, 1], "a scene of four pictures weighs as one of a single"),
        ([1, 2, 3, 4], [0, 0, 1, 1], 0.5, [1, 0], "two halves of the mean come from one scene"),
        ([7, 7, 7], [0, 1, 2], 0.3, [1, 1, 1], "a score that all share passes or fails for all"),
    ],
)
def test_the_cut_passes_a_share_of_the_mean_over_scenes(
    scores: list[float], scenes: list[int], share: float, passed: list[float], why: str
) -> None:
    cut = scene_cut(np.array(scores, float), np.array(scenes), share)
    assert scene_shares(np.array(scores) < cut, np.array(scenes)).tolist() == passed, why

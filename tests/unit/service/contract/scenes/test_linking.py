import numpy as np
import pytest

from service.contract.scenes.linking import scenes_of
from tests.wells import filmed_well, good_well


def test_frames_of_one_well_share_a_scene_and_other_wells_do_not() -> None:
    scenes = scenes_of([frame for well in range(3) for frame in filmed_well(well, 5)])
    assert scenes.tolist() == [0] * 5 + [1] * 5 + [2] * 5


def test_one_picture_is_one_scene() -> None:
    assert scenes_of([good_well(1)]).tolist() == [0]


@pytest.mark.parametrize("order", [range(60), range(59, -1, -1), np.random.default_rng(1).permutation(60)])
def test_a_well_that_changes_slowly_is_one_scene(order: list[int]) -> None:
    first, last = (filmed_well(well, 1)[0].astype(float) for well in (1, 2))
    frames = [np.clip(first + (last - first) * step / 59, 0, 255).astype(np.uint8) for step in range(60)]
    assert set(scenes_of([frames[step] for step in order]).tolist()) == {0}, "each is near to the next, none to all"
    assert len(set(scenes_of([frames[0], frames[59]]).tolist())) == 2


def test_the_same_well_in_other_light_and_size_is_the_same_scene() -> None:
    well = filmed_well(3, 1)[0]
    assert len(set(scenes_of([well, (well * 0.8).astype(np.uint8)]).tolist())) == 1

import numpy as np

from service.contract.picture import Pixels
from tests.wells import good_well
from training.dataset.scenes import scenes_of, whole_scenes


def frames_of(well: Pixels, count: int) -> list[Pixels]:
    """The same well under slightly other light and noise."""
    random = np.random.default_rng(int(well.sum()))
    return [
        np.clip(well * random.uniform(0.95, 1.05) + random.normal(0, 1, well.shape), 0, 255).astype(np.uint8)
        for _ in range(count)
    ]


def test_frames_of_one_well_share_a_scene_and_other_wells_do_not() -> None:
    wells = [good_well(seed) for seed in range(3)]
    wells[1], wells[2] = np.ascontiguousarray(wells[1][::-1]), np.ascontiguousarray(wells[2][:, ::-1] // 2)
    scenes = scenes_of([frame for well in wells for frame in frames_of(np.asarray(well, np.uint8), 5)])
    assert [len(set(scenes[start : start + 5])) for start in (0, 5, 10)] == [1, 1, 1]
    assert len(set(scenes)) == 3


def test_one_picture_is_one_scene() -> None:
    assert scenes_of([good_well(1)]).tolist() == [0]


def test_scenes_are_taken_whole_and_no_more_than_there_is_room_for() -> None:
    scenes = np.repeat(np.arange(6), [50, 3, 4, 5, 1, 2]).astype(np.int32)
    taken = whole_scenes(scenes, 10, seed=1)
    assert 0 < taken.sum() <= 10
    for scene in range(6):
        assert len(set(taken[scenes == scene])) == 1
    assert not taken[scenes == 0].any()


def test_another_seed_takes_other_scenes() -> None:
    scenes = np.arange(100, dtype=np.int32)
    assert not np.array_equal(whole_scenes(scenes, 20, 0), whole_scenes(scenes, 20, 1))

from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from service.contract.errors import TooFewPictures
from tests.wells import filmed_well
from training.dataset.data import Dataset, Group
from training.dataset.layout import Label
from training.dataset.splits import MOST_OF_A_SCENE, Split, division, first_words, split

GOOD_PARTS = ("fit_good", "choice_good", "calibration_good", "report_good", "site_choice_good", "site_report_good")


def groups(count: int, label: Label) -> list[Group]:
    picture = np.zeros((8, 8, 3), np.uint8)
    return [Group(f"{label.name}{key}", picture, label, False, (f"{key}.png",)) for key in range(count)]


def dataset(good: int, leak: int) -> Dataset:
    return Dataset((*groups(good, Label.GOOD), *groups(leak, Label.LEAK)), (), ())


def scenes(frames: Sequence[int], first: int = 0, label: Label = Label.GOOD) -> Iterator[Group]:
    """So many frames of each well, the first of which has the number ``first``."""
    for scene, count in enumerate(frames, first):
        for row, picture in enumerate(filmed_well(scene, count)):
            yield Group(f"{label.name}-{scene}-{row}", picture, label, False, (f"{scene}/{row}.png",))


def wells_of(part: Sequence[Group]) -> set[str]:
    return {group.key.rpartition("-")[0] for group in part}


def keys(parts: Split) -> list[Sequence[str]]:
    return [[group.key for group in getattr(parts, name)] for name in Split.__slots__]


FIRST = Dataset((*scenes([12, 9, 8, 7, 6, 5, 4, 3, 2, 1] * 2), *groups(6, Label.LEAK)), (), ())
SITE = Dataset((*scenes([6, 5, 4, 3, 2, 2, 1, 1], 50), *scenes([1, 1, 1], 80, Label.LEAK)), (), ())


def test_every_group_is_in_exactly_one_part() -> None:
    found = [key for part in keys(split(dataset(50, 7))) for key in part]
    assert sorted(found) == sorted(group.key for group in dataset(50, 7).groups)


def test_the_same_seed_gives_the_same_parts_and_another_seed_others() -> None:
    data = dataset(50, 7)
    assert keys(split(data, seed=1)) == keys(split(data, seed=1))
    assert keys(split(data, seed=1)) != keys(split(data, seed=2))


def test_no_scene_is_in_two_parts() -> None:
    parts = split(FIRST, SITE)
    wells = [well for name in GOOD_PARTS for well in wells_of(getattr(parts, name))]
    assert len(wells) == len(set(wells)) == 28
    assert len({group.scene for name in GOOD_PARTS for group in getattr(parts, name)}) == 28


def test_of_a_scene_that_was_filmed_for_long_only_some_frames_are_fitted() -> None:
    parts = split(Dataset(tuple(scenes([40, *[3] * 19])), (), ()))
    assert "GOOD-0" in wells_of(parts.fit_good), "the largest scene of all is fitted"
    assert len([group for group in parts.fit_good if group.key.startswith("GOOD-0-")]) == MOST_OF_A_SCENE


def test_of_the_second_set_half_of_the_scenes_report_a_third_is_fitted_a_sixth_chooses() -> None:
    parts = split(FIRST, SITE)
    fitted = [group for group in parts.fit_good if wells_of([group]) <= {f"GOOD-{scene}" for scene in range(50, 58)}]
    assert frames_by_scene(parts.site_report_good) == [1, 2, 4, 6]
    assert frames_by_scene(parts.site_choice_good) == [3]
    assert frames_by_scene(fitted) == [1, 2, 5]
    assert len(parts.site_choice_leak) + len(parts.site_report_leak) == 3


def frames_by_scene(part: Sequence[Group]) -> list[int]:
    return sorted(np.unique([group.scene for group in part], return_counts=True)[1].tolist())


def test_a_well_that_both_sets_show_is_where_the_second_has_it() -> None:
    both = Dataset(
        (
            *FIRST.groups,
            *(
                Group(f"GOOD-50-a{row}", picture, Label.GOOD, False, ("a.png",))
                for row, picture in enumerate(filmed_well(50, 8)[6:])
            ),
        ),
        (),
        (),
    )
    parts = split(both, SITE)
    where = [name for name in GOOD_PARTS if "GOOD-50" in wells_of(getattr(parts, name))]
    assert set(where) == {"report_good", "site_report_good"}


def test_an_equal_picture_counts_in_the_second_set_alone() -> None:
    parts = split(Dataset((*FIRST.groups, SITE.groups[0]), (), ()), SITE)
    assert [key for part in keys(parts) for key in part].count(SITE.groups[0].key) == 1


def test_what_sets_the_cut_has_seen_nothing_of_the_report() -> None:
    parts = split(FIRST, SITE)
    assert not wells_of(parts.cut_good) & wells_of((*parts.half("report"), *parts.half("site_report")))
    assert set(parts.counts) == set(Split.__slots__)
    assert parts.has_site


def test_without_a_second_set_nothing_is_said_of_one() -> None:
    parts = split(FIRST)
    assert not parts.has_site
    assert not any(name.startswith("site") for name in parts.counts)
    assert first_words(parts).startswith("No other day was seen")
    assert "whole scenes" in division(parts)


def test_with_a_second_set_the_first_words_name_its_scenes() -> None:
    assert "the other 4 report" in first_words(split(FIRST, SITE))


def test_a_second_set_of_one_or_two_scenes_is_refused() -> None:
    with pytest.raises(TooFewPictures, match="2 different scenes of good wells in the second set"):
        split(FIRST, Dataset(tuple(scenes([3, 3], 50)), (), ()))


def test_calibration_gets_enough_groups_for_a_budget_of_one_percent() -> None:
    assert len(split(dataset(3600, 100)).calibration_good) >= 299


@pytest.mark.parametrize(("good", "leak", "missing"), [(5, 7, "good"), (0, 7, "good"), (50, 1, "leak")])
def test_a_missing_or_tiny_class_is_named(good: int, leak: int, missing: str) -> None:
    with pytest.raises(TooFewPictures, match=f"{missing} pictures"):
        split(dataset(good, leak))


def test_good_pictures_alone_will_do_and_it_is_said() -> None:
    parts = split(dataset(50, 0))
    assert parts.choice_leak == parts.report_leak == ()
    assert "There were no leaks" in division(parts)
    assert "no scenes could be told apart" in division(parts)


def filmed(*times: str) -> Dataset:
    picture = np.zeros((8, 8, 3), np.uint8)
    leaks = [
        Group(f"{row}", picture, Label.LEAK, False, tuple(f"7_CAM_C_01-03-2023_05-39-{time}.jpg" for time in taken))
        for row, taken in enumerate(time.split("+") for time in times)
    ]
    return Dataset((*groups(20, Label.GOOD), *leaks), (), ())


def test_leaks_whose_names_state_times_are_divided_by_them_earlier_half_first() -> None:
    parts = split(filmed("13-900", "11-100", "13-064", "12-500+14-000"))
    assert [group.key for group in parts.choice_leak] == ["1", "3"]
    assert [group.key for group in parts.report_leak] == ["2", "0"]
    assert "later half reports" in division(parts)


def test_one_leak_without_a_time_is_enough_to_divide_by_chance() -> None:
    assert "by chance, as their names state no time" in division(split(filmed("13-900", "11-100", "soon")))


def test_smallest_data_still_fills_every_part() -> None:
    assert all(split(dataset(10, 2)).counts.values())

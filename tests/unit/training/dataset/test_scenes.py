from dataclasses import replace

import pytest

from service.contract.picture import Pixels
from tests.wells import filmed_well, good_well
from training.dataset.data import Group
from training.dataset.layout import Label
from training.dataset.scenes import events_of, one_by_one, with_scenes


def groups(pictures: list[Pixels]) -> list[Group]:
    return [Group(str(row), picture, Label.GOOD, False, (f"{row}.png",)) for row, picture in enumerate(pictures)]


def leak(*names: str) -> Group:
    return Group(names[0], good_well(0), Label.LEAK, False, names)


def at(time: str) -> Group:
    return leak(f"leak/7_CAM_C_01-03-2023_05-{time}-000.jpg")


def test_groups_are_numbered_by_scene_and_keep_their_order() -> None:
    found = with_scenes(groups([frame for well in range(12) for frame in filmed_well(well, 2)]))
    assert [group.key for group in found] == [str(row) for row in range(24)]
    assert [first.scene == second.scene for first, second in zip(found[::2], found[1::2], strict=True)] == [True] * 12
    assert len({group.scene for group in found}) == 12


@pytest.mark.parametrize(
    ("pictures", "why"),
    [
        ([good_well(seed) for seed in range(20)], "a product under a fixed camera: all of them look alike"),
        ([frame for well in range(9) for frame in filmed_well(well, 2)], "too few scenes to be divided"),
    ],
)
def test_where_no_scenes_can_be_told_apart_each_picture_is_one(pictures: list[Pixels], why: str) -> None:
    assert len({group.scene for group in with_scenes(groups(pictures))}) == len(pictures), why


def test_leaks_do_not_make_up_for_scenes_that_good_wells_do_not_show() -> None:
    leaks = [replace(group, label=Label.LEAK) for group in groups([filmed_well(50 + well, 1)[0] for well in range(9)])]
    found = with_scenes([*groups([frame for well in range(9) for frame in filmed_well(well, 2)]), *leaks])
    assert len({group.scene for group in found}) == 27


def test_nothing_has_no_scenes() -> None:
    assert with_scenes([]) == ()


@pytest.mark.parametrize(
    ("leaks", "expected", "why"),
    [
        ([at("39-11"), at("39-56")], [0, 0], "45 seconds are one event"),
        (
            [at("39-11"), at("40-10"), at("41-09")],
            [0, 0, 0],
            "a chain of frames, each within a minute of the last",
        ),
        ([at("45-00"), at("39-11")], [1, 0], "minutes apart: two events, counted in time"),
        ([leak("leak/torn/1.png"), leak("leak/cracked/1.png"), leak("leak/torn/2.png")], [1, 0, 1], "kinds by folder"),
        ([at("39-11"), leak("leak/soon.png")], [0, 0], "a name without a time: the folder decides"),
    ],
)
def test_leaks_are_counted_by_event_or_kind(leaks: list[Group], expected: list[int], why: str) -> None:
    assert events_of(leaks).tolist() == expected, why


def test_every_scene_comes_once_before_any_comes_twice() -> None:
    found = with_scenes(groups([frame for well in range(10) for frame in filmed_well(well, 1 + well % 3)]))
    assert [group.scene for group in one_by_one(found)[:10]] == list(dict.fromkeys(group.scene for group in found))

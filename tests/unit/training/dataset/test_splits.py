from collections.abc import Sequence

import numpy as np
import pytest

from service.contract.errors import TooFewPictures
from training.dataset.data import Dataset, Group
from training.dataset.layout import Label
from training.dataset.splits import Split, division, split


def groups(count: int, label: Label) -> list[Group]:
    picture = np.zeros((8, 8, 3), np.uint8)
    return [Group(f"{label.name}{key}", picture, label, False, (f"{key}.png",)) for key in range(count)]


def dataset(good: int, leak: int) -> Dataset:
    return Dataset((*groups(good, Label.GOOD), *groups(leak, Label.LEAK)), (), ())


def keys(parts: Split) -> list[Sequence[str]]:
    return [[group.key for group in getattr(parts, name)] for name in Split.__slots__]


def test_every_group_is_in_exactly_one_part() -> None:
    found = [key for part in keys(split(dataset(50, 7))) for key in part]
    assert sorted(found) == sorted(group.key for group in dataset(50, 7).groups)


def test_the_same_seed_gives_the_same_parts_and_another_seed_others() -> None:
    data = dataset(50, 7)
    assert keys(split(data, seed=1)) == keys(split(data, seed=1))
    assert keys(split(data, seed=1)) != keys(split(data, seed=2))


def test_calibration_gets_enough_groups_for_a_budget_of_half_a_percent() -> None:
    assert len(split(dataset(8000, 100)).calibration_good) >= 598
    assert len(split(dataset(3500, 100)).calibration_good) >= 598


@pytest.mark.parametrize(
    ("good", "leak", "missing"), [(5, 7, "good"), (0, 7, "good"), (50, 0, "leak"), (50, 1, "leak")]
)
def test_a_missing_or_tiny_class_is_named(good: int, leak: int, missing: str) -> None:
    with pytest.raises(TooFewPictures, match=f"{missing} pictures"):
        split(dataset(good, leak))


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

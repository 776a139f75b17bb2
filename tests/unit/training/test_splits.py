from collections.abc import Sequence

import numpy as np
import pytest

from service.contract.errors import TooFewPictures
from training.data import Dataset, Group
from training.layout import Label
from training.splits import Split, split


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


def test_smallest_data_still_fills_every_part() -> None:
    assert all(split(dataset(10, 2)).counts.values())

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from service.record.deduplication import Deduplication, DeduplicationKey, key_of
from tests.decisions import START, a_decision

NOW = (START + timedelta(hours=1)).timestamp()


def deduplication(capacity: int = 2, **settings: object) -> Deduplication:
    return Deduplication(capacity, clock=lambda: NOW, **settings)  # type: ignore[arg-type]


def seen(number: int, **changes: Any) -> DeduplicationKey:  # noqa: ANN401  # any field
    key = key_of(a_decision(number=number, **changes))
    assert key is not None
    return key


def test_the_first_decision_on_a_picture_is_the_one_of_record() -> None:
    memory = deduplication()
    first, second = a_decision(number=1), a_decision(number=1)
    assert memory.first(first) is first
    assert memory.first(second) is first
    assert memory.recall(seen(1)) is first


@pytest.mark.parametrize(
    "change",
    [
        {"camera_id": "cam-2"},
        {"well_id": "12b"},
        {"captured_at": START},
        {"image_sha256": "0" * 64},
        {"captured_at": None},
    ],
    ids=str,
)
def test_a_picture_that_differs_in_anything_is_another(change: dict[str, Any]) -> None:
    memory = deduplication()
    memory.first(a_decision(number=1))
    other = a_decision(number=1, **change)
    assert memory.first(other) is other


def test_a_picture_whose_decision_was_refused_is_free_for_the_next_decision() -> None:
    memory = deduplication()
    refused, kept = a_decision(number=1), a_decision(number=1)
    memory.first(refused)
    memory.forget([refused])
    assert memory.first(kept) is kept
    memory.forget([refused])
    assert memory.recall(seen(1)) is kept, "only what was refused is forgotten"


def test_a_picture_newer_than_everything_forgotten_needs_no_search() -> None:
    memory = deduplication(capacity=2)
    for number in (1, 2, 3, 4):
        memory.first(a_decision(number=number))
    assert memory.recall(seen(2)) is None
    assert memory.may_be_forgotten(seen(2))
    assert not memory.may_be_forgotten(seen(5))


def test_each_camera_has_its_own_horizon() -> None:
    memory = deduplication(capacity=1)
    for number in (10, 11):
        memory.first(a_decision(number=number, camera_id="fast"))
    assert memory.may_be_forgotten(seen(9, camera_id="fast"))
    assert not memory.may_be_forgotten(seen(9, camera_id="slow"))


def test_after_a_start_everything_up_to_the_newest_picture_on_disk_may_be_there() -> None:
    memory = deduplication(newest_capture=START)
    assert memory.may_be_forgotten(replace_time(seen(1), -1))
    assert not memory.may_be_forgotten(replace_time(seen(1), +1))


def test_a_picture_from_the_future_is_searched_for_and_moves_no_horizon() -> None:
    memory = deduplication(capacity=1)
    for hours in (2, 3, 4):
        memory.first(a_decision(captured_at=START + timedelta(hours=hours)))
    assert memory.may_be_forgotten(replace_time(seen(1), 2 * 3600))
    assert not memory.may_be_forgotten(replace_time(seen(1), 1800))


def test_a_camera_whose_clock_is_a_little_ahead_needs_no_search() -> None:
    memory = deduplication(capacity=1)
    for ahead_s in (3600.7, 3600.8, 3600.9):
        memory.first(a_decision(captured_at=START + timedelta(seconds=ahead_s)))
    assert not memory.may_be_forgotten(replace_time(seen(1), 3600.95))
    assert memory.may_be_forgotten(replace_time(seen(1), 3600.8)), "it has been forgotten"


def test_a_picture_from_the_future_on_disk_does_not_make_every_picture_searched_for() -> None:
    later = Deduplication(1, START + timedelta(days=365), clock=lambda: NOW)
    assert later.may_be_forgotten(replace_time(seen(1), 1800))
    later = Deduplication(1, START + timedelta(days=365), clock=iter([NOW, NOW + 10]).__next__)
    assert not later.may_be_forgotten(replace_time(seen(1), 3605))


def replace_time(key: DeduplicationKey, seconds: float, **changes: str) -> DeduplicationKey:
    return key._replace(captured_at=START + timedelta(seconds=seconds), **changes)


def test_a_decision_without_a_capture_time_has_no_key() -> None:
    assert key_of(replace(a_decision(), captured_at=None)) is None

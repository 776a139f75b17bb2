from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from service.record.deduplication import Sighting, Sightings, sighting_of
from tests.decisions import START, a_decision

NOW = (START + timedelta(hours=1)).timestamp()


def sightings(capacity: int = 2, **settings: object) -> Sightings:
    return Sightings(capacity, clock=lambda: NOW, **settings)  # type: ignore[arg-type]


def seen(number: int, **changes: Any) -> Sighting:  # noqa: ANN401  # any field
    sighting = sighting_of(a_decision(number=number, **changes))
    assert sighting is not None
    return sighting


def test_the_first_decision_on_a_picture_claims_it() -> None:
    memory = sightings()
    first, second = a_decision(number=1), a_decision(number=1)
    assert memory.claim(first) is None
    assert memory.claim(second) is first
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
    memory = sightings()
    memory.claim(a_decision(number=1))
    assert memory.claim(a_decision(number=1, **change)) is None


def test_an_unclaimed_picture_is_free_for_the_next_decision() -> None:
    memory = sightings()
    refused, kept = a_decision(number=1), a_decision(number=1)
    memory.claim(refused)
    memory.forget(refused)
    assert memory.claim(kept) is None
    memory.forget(refused)
    assert memory.recall(seen(1)) is kept, "only the claimant can take its claim back"


def test_a_picture_newer_than_everything_forgotten_needs_no_search() -> None:
    memory = sightings(capacity=2)
    for number in (1, 2, 3, 4):
        memory.claim(a_decision(number=number))
    assert memory.recall(seen(2)) is None
    assert memory.may_be_forgotten(seen(2))
    assert not memory.may_be_forgotten(seen(5))


def test_each_camera_has_its_own_horizon() -> None:
    memory = sightings(capacity=1)
    for number in (10, 11):
        memory.claim(a_decision(number=number, camera_id="fast"))
    assert memory.may_be_forgotten(seen(9, camera_id="fast"))
    assert not memory.may_be_forgotten(seen(9, camera_id="slow"))


def test_after_a_start_everything_up_to_the_newest_picture_on_disk_may_be_there() -> None:
    memory = sightings(newest_capture=START)
    assert memory.may_be_forgotten(replace_time(seen(1), -1))
    assert not memory.may_be_forgotten(replace_time(seen(1), +1))


def test_a_picture_from_the_future_is_searched_for_and_moves_no_horizon() -> None:
    memory = sightings(capacity=1)
    for hours in (2, 3, 4):
        memory.claim(a_decision(captured_at=START + timedelta(hours=hours)))
    assert memory.may_be_forgotten(replace_time(seen(1), 2 * 3600))
    assert not memory.may_be_forgotten(replace_time(seen(1), 1800))


def test_a_camera_whose_clock_is_a_little_ahead_needs_no_search() -> None:
    memory = sightings(capacity=1)
    for ahead_s in (3600.7, 3600.8, 3600.9):
        memory.claim(a_decision(captured_at=START + timedelta(seconds=ahead_s)))
    assert not memory.may_be_forgotten(replace_time(seen(1), 3600.95))
    assert memory.may_be_forgotten(replace_time(seen(1), 3600.8)), "it has been forgotten"


def test_a_picture_from_the_future_on_disk_does_not_make_every_picture_searched_for() -> None:
    later = Sightings(1, START + timedelta(days=365), clock=lambda: NOW)
    assert later.may_be_forgotten(replace_time(seen(1), 1800))
    later = Sightings(1, START + timedelta(days=365), clock=iter([NOW, NOW + 10]).__next__)
    assert not later.may_be_forgotten(replace_time(seen(1), 3605))


def replace_time(sighting: Sighting, seconds: float, **changes: str) -> Sighting:
    return sighting._replace(captured_at=START + timedelta(seconds=seconds), **changes)


def test_a_decision_without_a_capture_time_has_no_sighting() -> None:
    assert sighting_of(replace(a_decision(), captured_at=None)) is None

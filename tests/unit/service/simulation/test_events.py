import math

import pytest

from service.contract.errors import SetupError
from service.simulation.events import PlantEvent, parse_event


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("pause@5", PlantEvent("pause", 1.0, None, None, 5.0, math.inf)),
        ("black:cam-1@0.5+2", PlantEvent("black", 1.0, "cam-1", None, 0.5, 2.5)),
        ("leak:cam-2:12a@10+1.5", PlantEvent("leak", 1.0, "cam-2", "12a", 10.0, 11.5)),
        ("dim=0.8@0+60", PlantEvent("dim", 0.8, None, None, 0.0, 60.0)),
    ],
)
def test_an_event_says_what_where_and_when(text: str, event: PlantEvent) -> None:
    assert parse_event(text) == event


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("pause", "is no event"),
        ("earthquake@3", "no kind of event"),
        ("dim=1.2.3@3", "not a number"),
        ("dim=0@3", "more than 0"),
        ("pause@", "is no event"),
        ("pause@-3", "is no event"),
    ],
)
def test_what_cannot_be_read_is_named(text: str, complaint: str) -> None:
    with pytest.raises(SetupError, match=complaint):
        parse_event(text)


def test_an_event_touches_its_own_camera_well_and_time_alone() -> None:
    event = parse_event("leak:cam-1:2a@10+5")
    assert event.concerns("cam-1", 10.0, "2a")
    assert event.concerns("cam-1", 14.9)
    assert not event.concerns("cam-2", 12.0, "2a")
    assert not event.concerns("cam-1", 12.0, "2b")
    assert not event.concerns("cam-1", 15.0, "2a")
    assert not event.concerns("cam-1", 9.9, "2a")

"""Troubles are told when they begin and when they end, and nothing is told of what passes at once."""

from collections.abc import Mapping

from service.contract.journal_entry import Event, EventKind
from service.monitoring.incidents import PATIENCE_S, IncidentMonitor
from tests.clock import Clock

BEGAN, ENDED = EventKind.TROUBLE_BEGAN, EventKind.TROUBLE_ENDED


class Source:
    """Says what it is told to say."""

    def __init__(self, **problems: str) -> None:
        self.says: Mapping[str, str] = problems

    def __call__(self) -> Mapping[str, str]:
        return self.says


def told(events: list[Event]) -> list[tuple[EventKind, object]]:
    return [(event.kind, event.payload["trouble"]) for event in events]


def test_what_lasts_is_told_once_and_so_is_its_end() -> None:
    clock, source = Clock(), Source(journal="the disk is full")
    incidents = IncidentMonitor([source], clock)
    assert incidents.look() == []
    clock.now = PATIENCE_S
    (began,) = incidents.look()
    assert (began.kind, began.payload["trouble"], began.payload["text"]) == (BEGAN, "journal", "the disk is full")
    assert incidents.look() == []
    source.says = {}
    (ended,) = incidents.look()
    assert (ended.kind, ended.payload["since"]) == (ENDED, began.payload["since"])
    assert incidents.look() == []
    assert incidents.standing == []


def test_what_passes_at_once_is_told_nobody_and_its_return_begins_anew() -> None:
    clock, source = Clock(), Source(webhook="refused")
    incidents = IncidentMonitor([source], clock)
    incidents.look()
    source.says = {}
    clock.now = PATIENCE_S / 2
    assert incidents.look() == []
    source.says = {"webhook": "refused"}
    clock.now = PATIENCE_S
    assert incidents.look() == []
    clock.now = 2 * PATIENCE_S
    assert told(incidents.look()) == [(BEGAN, "webhook")]


def test_a_standing_trouble_shows_its_latest_text_and_when_it_began() -> None:
    clock, source = Clock(), Source(overload="1 request")
    incidents = IncidentMonitor([source], clock)
    incidents.look()
    clock.now = PATIENCE_S
    incidents.look()
    (first,) = incidents.standing
    source.says = {"overload": "2 requests"}
    assert incidents.look() == []
    (now,) = incidents.standing
    assert (now.text, now.since) == ("2 requests", first.since)


def test_troubles_of_several_sources_stand_beside_each_other() -> None:
    clock, one, other = Clock(), Source(model="none is loaded"), Source()
    incidents = IncidentMonitor([one], clock)
    incidents.add(other)
    incidents.look()
    clock.now = PATIENCE_S
    assert told(incidents.look()) == [(BEGAN, "model")]
    other.says = {"postgresql": "out of reach"}
    one.says = {}
    assert told(incidents.look()) == [(ENDED, "model")]
    clock.now = 2 * PATIENCE_S
    assert told(incidents.look()) == [(BEGAN, "postgresql")]
    assert [trouble.kind for trouble in incidents.standing] == ["postgresql"]

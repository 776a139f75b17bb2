"""Troubles are told when they begin and when they end, and nothing is told of what passes at once."""

from collections.abc import Mapping

from service.contract.journal_entry import Event, EventKind
from service.troubles import PATIENCE_S, Troubles
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
    troubles = Troubles([source], clock)
    assert troubles.look() == []
    clock.now = PATIENCE_S
    (began,) = troubles.look()
    assert (began.kind, began.payload["trouble"], began.payload["text"]) == (BEGAN, "journal", "the disk is full")
    assert troubles.look() == []
    source.says = {}
    (ended,) = troubles.look()
    assert (ended.kind, ended.payload["since"]) == (ENDED, began.payload["since"])
    assert troubles.look() == []
    assert troubles.standing == []


def test_what_passes_at_once_is_told_nobody_and_its_return_begins_anew() -> None:
    clock, source = Clock(), Source(webhook="refused")
    troubles = Troubles([source], clock)
    troubles.look()
    source.says = {}
    clock.now = PATIENCE_S / 2
    assert troubles.look() == []
    source.says = {"webhook": "refused"}
    clock.now = PATIENCE_S
    assert troubles.look() == []
    clock.now = 2 * PATIENCE_S
    assert told(troubles.look()) == [(BEGAN, "webhook")]


def test_a_standing_trouble_shows_its_latest_text_and_when_it_began() -> None:
    clock, source = Clock(), Source(overload="1 request")
    troubles = Troubles([source], clock)
    troubles.look()
    clock.now = PATIENCE_S
    troubles.look()
    (first,) = troubles.standing
    source.says = {"overload": "2 requests"}
    assert troubles.look() == []
    (now,) = troubles.standing
    assert (now.text, now.since) == ("2 requests", first.since)


def test_troubles_of_several_sources_stand_beside_each_other() -> None:
    clock, one, other = Clock(), Source(model="none is loaded"), Source()
    troubles = Troubles([one], clock)
    troubles.add(other)
    troubles.look()
    clock.now = PATIENCE_S
    assert told(troubles.look()) == [(BEGAN, "model")]
    other.says = {"postgresql": "out of reach"}
    one.says = {}
    assert told(troubles.look()) == [(ENDED, "model")]
    clock.now = 2 * PATIENCE_S
    assert told(troubles.look()) == [(BEGAN, "postgresql")]
    assert [trouble.kind for trouble in troubles.standing] == ["postgresql"]

import asyncio
from collections.abc import AsyncIterator

import pytest

from service.contract.decision import Verdict
from service.contract.errors import Overloaded, Unavailable
from service.contract.journal_entry import Event, EventKind, Recorded
from service.control_room import live_events
from service.control_room.board import Board
from service.control_room.live_events import LiveEvents, Subscription
from tests.clock import Clock
from tests.decisions import START, a_decision
from tests.small_record import SmallRecord


def recorded(*verdicts: Verdict, well_id: str = "12a") -> list[Recorded]:
    return [Recorded(number, a_decision(verdict, well_id=well_id)) for number, verdict in enumerate(verdicts, start=1)]


async def test_urgent_entries_come_all_and_in_order_and_good_wells_once() -> None:
    subscription = Subscription(0)
    subscription.put(recorded(Verdict.NO_LEAK, Verdict.LEAK, Verdict.NO_LEAK, Verdict.UNKNOWN, Verdict.NO_LEAK))
    assert [entry.sequence for entry in subscription.take_urgent()] == [2, 4]
    assert [entry.sequence for entry in subscription.take_good()] == [5]
    assert subscription.take_urgent() == subscription.take_good() == []
    assert subscription.sequence == 5


async def test_a_listener_is_woken_by_a_leak_and_not_by_a_good_well() -> None:
    subscription = Subscription(0)
    waiting = asyncio.create_task(subscription.news(60))
    await asyncio.sleep(0)
    subscription.put(recorded(Verdict.NO_LEAK))
    await asyncio.sleep(0)
    assert not waiting.done()
    subscription.put(recorded(Verdict.LEAK))
    await asyncio.wait_for(waiting, 1)


async def test_a_listener_who_lets_too_much_gather_is_dropped_and_costs_nothing_more() -> None:
    subscription = Subscription(0)
    leaks = recorded(Verdict.LEAK)
    for _ in range(live_events.MOST_URGENT + 1):
        subscription.put(leaks)
    assert subscription.dropped
    await asyncio.wait_for(subscription.news(60), 1)
    subscription.put(leaks)
    assert subscription.take_urgent() == []


async def test_a_listener_who_takes_nothing_for_long_is_dropped() -> None:
    clock = Clock()
    subscription = Subscription(0, clock)
    clock.now = live_events.STALLED_S - 1
    subscription.put(recorded(Verdict.NO_LEAK))
    subscription.take_urgent()
    clock.now += live_events.STALLED_S - 1
    subscription.put(recorded(Verdict.NO_LEAK))
    assert not subscription.dropped
    clock.now += 2
    subscription.put(recorded(Verdict.NO_LEAK))
    assert subscription.dropped


async def test_board_and_listeners_hear_everything_once_though_the_record_fails_in_between(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live_events, "RETRY_S", 0.0)
    entries = recorded(Verdict.LEAK, Verdict.LEAK, Verdict.UNKNOWN)
    failures = iter([True, False])

    async def watch(sequence: int) -> AsyncIterator[list[Recorded]]:
        for entry in entries:
            if entry.sequence > sequence:
                yield [entry]
                if entry.sequence == 2 and next(failures):
                    raise Unavailable("gone for a moment")

    followed = LiveEvents(Board({}), watch)
    with followed.subscribe() as subscription:
        await followed.follow()
        assert [entry.sequence for entry in subscription.take_urgent()] == [1, 2, 3]
    assert followed.board.sequence == 3


async def test_listeners_are_bounded_in_number() -> None:
    followed = LiveEvents(Board({}), lambda _: nothing())
    listeners = [followed.subscribe() for _ in range(live_events.MOST_LISTENERS)]
    for listener in listeners:
        listener.__enter__()
    with pytest.raises(Overloaded), followed.subscribe():
        pass
    listeners[0].__exit__(None, None, None)
    with followed.subscribe():
        pass


async def nothing() -> AsyncIterator[list[Recorded]]:
    for _ in ():
        yield []


async def test_after_a_start_the_board_shows_decisions_alarms_and_silence_of_before() -> None:
    leak = a_decision(Verdict.LEAK)
    other = a_decision(well_id="13a")
    alarms = [
        Event("alarm-1", EventKind.ALARM_RAISED, START, "cam-1", "12a", leak.decision_id),
        Event("alarm-2", EventKind.ALARM_RAISED, START, "cam-1", "13a", "deleted"),
    ]
    drift = Event("drift-1", EventKind.DRIFT, START, "cam-1", payload={"figures": ["contrast"]})
    ended = Event("drift-0", EventKind.DRIFT_ENDED, START, "cam-1")
    followed = LiveEvents(Board({}), lambda _: nothing())
    await followed.begin(SmallRecord([leak, other], alarms, [drift, ended]), 17)
    view = followed.board.view()
    assert view.sequence == 17
    (camera,) = view.cameras
    assert camera.drifting == ["contrast"]
    found = [(well.well_id, well.alarm.alarm_id, well.alarm.score) for well in camera.wells if well.alarm]
    assert found == [("12a", "alarm-1", leak.score), ("13a", "alarm-2", None)]


async def test_troubles_are_told_at_once_and_not_again_when_they_are_on_record() -> None:
    began = Event("trouble-1", EventKind.TROUBLE_BEGAN, START, payload={"trouble": "journal"})

    async def watch(sequence: int) -> AsyncIterator[list[Recorded]]:
        yield [Recorded(sequence + 1, began), Recorded(sequence + 2, a_decision(Verdict.LEAK))]

    followed = LiveEvents(Board({}), watch)
    with followed.subscribe() as subscription:
        followed.tell([began])
        assert [recorded.entry for recorded in subscription.take_urgent()] == [began]
        await followed.follow()
        assert [recorded.sequence for recorded in subscription.take_urgent()] == [2]


def test_a_good_decision_that_waits_is_not_told_after_the_leak_that_followed_it() -> None:
    subscription = Subscription(0)
    subscription.put(recorded(Verdict.NO_LEAK, Verdict.LEAK))
    assert len(subscription.take_urgent()) == 1
    assert subscription.take_good() == []

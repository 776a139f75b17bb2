import asyncio

from service.contract.journal_entry import Recorded
from service.record.journal.tail import Tail
from tests.decisions import a_decision


def recorded(*sequences: int) -> list[Recorded]:
    return [Recorded(sequence, a_decision()) for sequence in sequences]


def test_what_is_newer_comes_in_order() -> None:
    tail = Tail(10)
    entries = recorded(4, 5, 6)
    tail.extend(entries)
    assert tail.after(4) == entries[1:]
    assert tail.after(3) == entries
    assert tail.after(6) == []


def test_a_place_that_has_left_the_ring_is_said_to_be_gone() -> None:
    tail = Tail(2)
    tail.extend(recorded(1, 2, 3))
    assert tail.after(0) is None
    assert tail.after(1) is not None


def test_an_empty_ring_has_nothing_newer() -> None:
    assert Tail(2).after(0) == []


async def test_news_wakes_every_watcher() -> None:
    tail = Tail(2)
    watchers = [asyncio.create_task(tail.news(0)) for _ in range(3)]
    await asyncio.sleep(0)
    tail.extend(recorded(1))
    tail.announce()
    await asyncio.wait_for(asyncio.gather(*watchers), 5)


async def test_the_end_wakes_who_would_wait_for_ever() -> None:
    tail = Tail(2)
    watcher = asyncio.create_task(tail.news(0))
    await asyncio.sleep(0)
    tail.end()
    await asyncio.wait_for(watcher, 5)

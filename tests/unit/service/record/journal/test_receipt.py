from service.contract.journal_entry import Event, EventKind
from service.record.deduplication import sighting_of
from service.record.journal.receipt import MemoryJournal
from tests.decisions import START, a_decision


async def test_the_journal_in_memory_keeps_entries_and_gives_the_first_decision_again() -> None:
    journal = MemoryJournal()
    first, again, event = a_decision(number=1), a_decision(number=1), Event("e1", EventKind.NO_DATA, START)
    assert journal.append([first, event]).entries == [first, event]
    assert journal.append([again]).entries == [first]
    assert journal.entries == [first, event]
    sighting = sighting_of(again)
    assert sighting is not None
    assert await journal.earlier(sighting) is first

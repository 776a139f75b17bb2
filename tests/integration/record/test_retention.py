import asyncio
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, insert, select, text

from service.contract.decision import Decision, Verdict
from service.contract.errors import Unavailable
from service.contract.journal_entry import Entry, Event, EventKind, Review
from service.record.clock import ClockReading, Shift
from service.record.database.engine import postgres_engine
from service.record.database.entry_row import row_of
from service.record.database.schema import entries, migrate
from service.record.journal.journal import Journal
from service.record.retention import retention as retention_module
from service.record.retention.entry_stores import LOCK, JournalEntryStore, PostgresEntryStore
from service.record.retention.retention import Retention
from service.setting_groups import RetentionPolicy
from tests.decisions import START, a_decision
from tests.postgres_server import PostgresServer

NOW = START + timedelta(days=100)
DAYS = {Verdict.NO_LEAK: 1.0, Verdict.UNKNOWN: 10.0, Verdict.LEAK: 50.0}
FOR_EVER = dict.fromkeys(Verdict, 10_000.0)


@asynccontextmanager
async def opened(folder: Path, *batches: Sequence[Entry]) -> AsyncIterator[Journal]:
    journal = Journal(folder / "journal.db")
    await journal.open()
    for batch in batches:
        receipt = journal.append(batch)
        if receipt.durable is not None:
            await receipt.durable
    yield journal
    await journal.close()


def aged(verdict: Verdict, days: float, number: int = 1) -> list[Decision]:
    return [a_decision(verdict, received_at=NOW - timedelta(days=days, seconds=each)) for each in range(number)]


def left(folder: Path) -> Counter[str]:
    with sqlite3.connect(f"file:{folder / 'journal.db'}?mode=ro", uri=True) as connection:
        return Counter(row[0] for row in connection.execute("SELECT coalesce(verdict, kind) FROM entries"))


async def test_each_verdict_is_kept_for_its_own_time(tmp_path: Path) -> None:
    entries = [decision for verdict in Verdict for age in (0.5, 5, 30, 60) for decision in aged(verdict, age, 300)]
    async with opened(tmp_path, entries) as journal:
        await Retention(JournalEntryStore(journal), RetentionPolicy(DAYS)).sweep(ClockReading(NOW))
    assert left(tmp_path) == {"no_leak": 300, "unknown": 600, "leak": 900}


async def test_what_was_reviewed_or_raised_an_alarm_stays_as_long_as_that(tmp_path: Path) -> None:
    reviewed, alarming, plain = aged(Verdict.NO_LEAK, 30, 3)
    later: list[Entry] = [
        Review("r1", reviewed.decision_id, NOW - timedelta(days=29), Verdict.LEAK, "Anna"),
        Event("a1", EventKind.ALARM_RAISED, NOW - timedelta(days=30), decision_id=alarming.decision_id),
    ]
    async with opened(tmp_path, [reviewed, alarming, plain, *later]) as journal:
        await Retention(JournalEntryStore(journal), RetentionPolicy(DAYS, event_days=29.5)).sweep(ClockReading(NOW))
        assert left(tmp_path) == {"no_leak": 2, "leak": 1}, "the plain one and the old alarm have gone"
        await Retention(JournalEntryStore(journal), RetentionPolicy(DAYS, event_days=1)).sweep(ClockReading(NOW))
        await Retention(JournalEntryStore(journal), RetentionPolicy(DAYS, event_days=1)).sweep(ClockReading(NOW))
    assert left(tmp_path) == {}


async def test_what_people_chose_stays_for_ever_as_a_witness(tmp_path: Path) -> None:
    chosen = [EventKind.MODEL_ACTIVATED, EventKind.CAMERA_ARMED, EventKind.CAMERA_DISARMED, EventKind.SHADOW_STARTED]
    events = [Event(f"e-{kind}", kind, NOW - timedelta(days=9_000)) for kind in (*chosen, EventKind.DRIFT)]
    async with opened(tmp_path, events) as journal:
        await Retention(JournalEntryStore(journal), RetentionPolicy(DAYS)).sweep(ClockReading(NOW))
    assert left(tmp_path) == dict.fromkeys(chosen, 1)


async def test_the_cap_deletes_the_oldest_good_wells_and_leaves_the_rest(tmp_path: Path) -> None:
    entries = [*aged(Verdict.LEAK, 9, 100), *aged(Verdict.NO_LEAK, 8, 4000), *aged(Verdict.UNKNOWN, 7, 100)]
    async with opened(tmp_path, entries) as journal:
        retention = Retention(JournalEntryStore(journal), RetentionPolicy(FOR_EVER, 1_000_000))
        await retention.sweep(ClockReading(NOW))
        assert retention.bytes_used <= 1_000_000
        kept = left(tmp_path)
        assert kept["leak"] == kept["unknown"] == 100
        assert 0 < kept["no_leak"] < 3000
        ids = [row[0] for row in await journal.change(lambda each: each.execute("SELECT id FROM entries").fetchall())]
        newest = {decision.decision_id for decision in entries[100 : 100 + kept["no_leak"]]}
        assert newest <= set(ids), "in this list the newest good wells come first"


async def test_leaks_go_last_when_nothing_else_makes_room(tmp_path: Path) -> None:
    async with opened(tmp_path, aged(Verdict.LEAK, 9, 2000), aged(Verdict.NO_LEAK, 1, 500)) as journal:
        await Retention(JournalEntryStore(journal), RetentionPolicy(FOR_EVER, 400_000)).sweep(ClockReading(NOW))
    kept = left(tmp_path)
    assert kept["no_leak"] == 0
    assert 0 < kept["leak"] < 2000


async def test_what_a_follower_has_not_read_stays(tmp_path: Path) -> None:
    async with opened(tmp_path, aged(Verdict.NO_LEAK, 30, 500)) as journal:
        await journal.tail.news(499)
        await Retention(JournalEntryStore(journal), RetentionPolicy(DAYS), read=lambda: 200).sweep(ClockReading(NOW))
    assert left(tmp_path) == {"no_leak": 300}


async def test_unread_good_wells_stay_until_the_cap_is_passed_twice_over(tmp_path: Path) -> None:
    async with opened(tmp_path, aged(Verdict.NO_LEAK, 1, 4000), aged(Verdict.LEAK, 1, 100)) as journal:
        store = JournalEntryStore(journal)
        generous = Retention(store, RetentionPolicy(FOR_EVER, 2_000_000), read=lambda: 0)
        await generous.sweep(ClockReading(NOW))
        assert left(tmp_path) == {"no_leak": 4000, "leak": 100}
        cramped = Retention(store, RetentionPolicy(FOR_EVER, 500_000), read=lambda: 0)
        await cramped.sweep(ClockReading(NOW))
        assert 500_000 < cramped.bytes_used <= 1_000_000
        assert left(tmp_path)["leak"] == 100


async def test_writing_goes_on_between_the_steps(tmp_path: Path) -> None:
    async with opened(tmp_path, aged(Verdict.NO_LEAK, 30, 3000)) as journal:
        sweep = asyncio.create_task(
            Retention(JournalEntryStore(journal), RetentionPolicy(DAYS)).sweep(ClockReading(NOW))
        )
        await asyncio.sleep(0)
        receipt = journal.append(aged(Verdict.LEAK, 0))
        assert receipt.durable is not None
        await receipt.durable
        assert not sweep.done(), "the leak did not wait for the end"
        await sweep
    assert left(tmp_path) == {"leak": 1}


async def test_a_well_that_has_been_silent_for_the_longest_time_leaves_the_board(tmp_path: Path) -> None:
    old = a_decision(Verdict.LEAK, received_at=NOW - timedelta(days=60), well_id="gone")
    async with opened(tmp_path, [old, *aged(Verdict.LEAK, 1)]) as journal:
        await Retention(JournalEntryStore(journal), RetentionPolicy(DAYS)).sweep(ClockReading(NOW))
        wells = await journal.change(lambda connection: connection.execute("SELECT well_id FROM wells").fetchall())
    assert wells == [("12a",)]


@pytest.fixture
def shared(postgres: PostgresServer) -> Engine:
    engine = postgres_engine(postgres.url)
    migrate(engine)
    made = [decision for verdict in Verdict for age in (0.5, 5, 30, 60) for decision in aged(verdict, age, 300)]
    with engine.begin() as connection:
        connection.execute(insert(entries), [row_of(decision)._asdict() for decision in made])
        connection.execute(text("UPDATE entries SET inserted_at = at"))
    return engine


def count(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(entries)) or 0


async def test_in_postgresql_ages_hold_too(shared: Engine) -> None:
    await Retention(PostgresEntryStore(shared), RetentionPolicy(DAYS)).sweep(ClockReading(NOW))
    assert count(shared) == 300 + 600 + 900
    shared.dispose()


async def test_in_postgresql_one_replica_deletes_at_a_time(shared: Engine) -> None:
    with shared.begin() as other:
        other.execute(select(func.pg_advisory_xact_lock(LOCK)))
        with pytest.raises(Unavailable, match="another replica"):
            await Retention(PostgresEntryStore(shared), RetentionPolicy(DAYS)).sweep(ClockReading(NOW))
        assert count(shared) == 3600
    shared.dispose()


async def test_what_was_held_back_is_deleted_a_day_later(tmp_path: Path) -> None:
    async with opened(tmp_path, aged(Verdict.NO_LEAK, 30, 500)) as journal:
        read = [200]
        retention = Retention(JournalEntryStore(journal), RetentionPolicy(DAYS), lambda: read[-1])
        await journal.tail.news(499)
        await retention.sweep(ClockReading(NOW))
        assert left(tmp_path) == {"no_leak": 300}
        read.append(10_000)
        for hours in (1, 25):
            await retention.sweep(ClockReading(NOW, running=ClockReading(NOW).running + timedelta(hours=hours)))
    assert left(tmp_path) == {}


def behind(days: float) -> ClockReading:
    """What is dated about that many days ago was written by a clock that was as far behind, shortly before now."""
    truth = timedelta(days=days - 0.1)
    since, until = NOW - timedelta(days=days + 1), NOW - timedelta(days=days - 1)
    return ClockReading(NOW, shifts=(Shift(since=since, until=until, by=truth),))


async def test_leaks_of_a_clock_that_was_behind_stay_and_those_that_are_as_old_as_they_look_go(tmp_path: Path) -> None:
    async with opened(tmp_path, aged(Verdict.LEAK, 3000, 10), aged(Verdict.LEAK, 3010, 20)) as journal:
        await Retention(JournalEntryStore(journal), RetentionPolicy(DAYS)).sweep(behind(3000))
        assert left(tmp_path) == {"leak": 10}
        later = ClockReading(NOW + timedelta(days=51), shifts=behind(3000).shifts)
        await Retention(JournalEntryStore(journal), RetentionPolicy(DAYS)).sweep(later)
    assert left(tmp_path) == {}


async def test_while_the_clock_is_in_doubt_nothing_goes_for_its_age_but_the_cap_holds(tmp_path: Path) -> None:
    doubtful = ClockReading(NOW, paused=True)
    async with opened(tmp_path, aged(Verdict.LEAK, 3000, 100), aged(Verdict.NO_LEAK, 3000, 4000)) as journal:
        await Retention(JournalEntryStore(journal), RetentionPolicy(DAYS)).sweep(doubtful)
        assert left(tmp_path) == {"leak": 100, "no_leak": 4000}
        capped = Retention(JournalEntryStore(journal), RetentionPolicy(FOR_EVER, 1_000_000))
        await capped.sweep(doubtful)
        assert capped.bytes_used <= 1_000_000
    assert left(tmp_path)["leak"] == 100


async def test_above_the_cap_what_only_looks_old_goes_last(tmp_path: Path) -> None:
    async with opened(tmp_path, aged(Verdict.LEAK, 3000, 200), aged(Verdict.LEAK, 40, 2000)) as journal:
        await Retention(JournalEntryStore(journal), RetentionPolicy(FOR_EVER, 600_000)).sweep(behind(3000))
        kept = await journal.change(lambda each: each.execute("SELECT min(sequence), count(*) FROM entries").fetchone())
    assert kept[0] == 1, "the leaks with the wrong date were written first"
    assert 200 < kept[1] < 2200


async def test_what_was_written_since_the_start_is_not_deleted_for_an_age_that_the_process_has_not(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, aged(Verdict.LEAK, 60, 10)) as journal:
        retention = Retention(JournalEntryStore(journal), RetentionPolicy(DAYS))
        await retention.sweep(ClockReading(NOW - timedelta(days=60), running=timedelta()))
        await journal.append(aged(Verdict.LEAK, 60, 5)).kept()
        await retention.sweep(ClockReading(NOW, running=timedelta(days=2)))
        assert left(tmp_path) == {"leak": 5}
        await retention.sweep(ClockReading(NOW, running=timedelta(days=51)))
    assert left(tmp_path) == {}


async def test_a_sweep_deletes_a_bounded_number_for_their_age(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention_module, "MOST_PER_SWEEP", 500)
    async with opened(tmp_path, aged(Verdict.LEAK, 60, 1200)) as journal:
        retention = Retention(JournalEntryStore(journal), RetentionPolicy(DAYS))
        for expected in (700, 200, 0):
            await retention.sweep(ClockReading(NOW))
            assert left(tmp_path)["leak"] == expected


async def test_in_postgresql_the_time_of_insertion_counts_too(shared: Engine) -> None:
    with shared.begin() as connection:
        connection.execute(insert(entries), [row_of(each)._asdict() for each in aged(Verdict.LEAK, 3000, 10)])
    store = PostgresEntryStore(shared)
    await Retention(store, RetentionPolicy(DAYS)).sweep(ClockReading(NOW))
    assert count(shared) == 300 + 600 + 900 + 10
    shared.dispose()

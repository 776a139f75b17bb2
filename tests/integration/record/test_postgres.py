import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, text

from service.contract.decision import Decision, Verdict
from service.contract.errors import EntriesMissing, Unavailable
from service.contract.journal_entry import Entry, Event, EventKind, Review, entry_id
from service.record.database import engine as engine_module
from service.record.database.engine import Database, postgres_engine
from service.record.database.schema import STEPS, entries, migrate, migrations
from service.record.followers import postgres as postgres_module
from service.record.followers.follower import Follower, FollowerPace
from service.record.followers.other_replicas import OtherReplicas
from service.record.followers.postgres import PostgresCopy
from service.record.journal.journal import Journal
from service.record.queries.records import Records
from service.record.queries.reports import ReportRange, reviewed_pictures, stretches
from service.record.queries.search import DecisionFilter
from tests.decisions import START, a_decision
from tests.eventually import eventually
from tests.postgres_server import PostgresServer

EAGER = FollowerPace(first_retry_s=0.02, longest_retry_s=0.2)


@asynccontextmanager
async def replica(folder: Path, name: str, url: str) -> AsyncIterator[tuple[Journal, Follower]]:
    journal = Journal(folder / name / "journal.db")
    await journal.open()
    follower = Follower(journal, PostgresCopy(journal, postgres_engine(url), name), EAGER)
    await follower.start()
    task = asyncio.create_task(follower.run())
    try:
        yield journal, follower
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await journal.close()


async def caught_up(follower: Follower, sequence: int) -> None:
    await eventually(lambda: follower.sequence >= sequence)


def ids(engine: Engine, replica_name: str | None = None) -> list[str]:
    """All ids in the order in which PostgreSQL numbered them."""
    condition = text("replica = :name OR :name IS NULL").bindparams(name=replica_name)
    with engine.connect() as connection:
        return list(connection.scalars(select(entries.c.id).where(condition).order_by(entries.c.sequence)))


def some_entries(number: int, camera_id: str = "cam-1") -> list[Entry]:
    """Decisions, a leak among ten, then an alarm and a review of the first."""
    verdicts = [Verdict.LEAK if each % 10 == 9 else Verdict.NO_LEAK for each in range(number)]
    made: list[Entry] = [a_decision(verdict, camera_id=camera_id) for verdict in verdicts]
    decision_id = entry_id(made[0])
    alarm = Event(f"alarm-{decision_id}", EventKind.ALARM_RAISED, START, "cam-1", "12a", decision_id, None, {"k": 2})
    return [*made, alarm, Review(f"review-{decision_id}", decision_id, START, Verdict.LEAK, "Анна", "\x00 '; --")]


async def kept(journal: Journal, made: Sequence[Entry]) -> None:
    receipt = journal.append(made)
    assert receipt.durable is not None
    await receipt.durable


async def test_two_replicas_share_one_record_that_reads_as_written(tmp_path: Path, postgres: PostgresServer) -> None:
    one, two = some_entries(1500, camera_id="cam-1"), some_entries(700, camera_id="cam-2")
    async with replica(tmp_path, "one", postgres.url) as first, replica(tmp_path, "two", postgres.url) as second:
        await asyncio.gather(kept(first[0], one), kept(second[0], two))
        await asyncio.gather(caught_up(first[1], len(one)), caught_up(second[1], len(two)))
    engine = postgres_engine(postgres.url)
    assert ids(engine, "one") == [entry_id(entry) for entry in one], "in order, each once"
    assert ids(engine, "two") == [entry_id(entry) for entry in two]

    records = Records(Database(engine))
    assert await records.decision(entry_id(one[3])) == one[3], "to the last bit of its score"
    assert await records.reviews([entry_id(one[0])]) == {entry_id(one[0]): [one[-1]]}
    leaks = await records.page(DecisionFilter(camera_id="cam-2", verdicts=frozenset({Verdict.LEAK})), 1000)
    assert leaks.decisions == [entry for entry in reversed(two[:700]) if entry.verdict is Verdict.LEAK]  # type: ignore[union-attr]
    latest = {decision.camera_id: decision for decision in await records.latest()}
    assert latest == {"cam-1": one[1499], "cam-2": two[699]}
    assert len(await records.standing_alarms()) == 2
    wanted = ReportRange(START - timedelta(days=1), START + timedelta(days=1), "cam-2")
    sums = await records.ask(lambda connection: stretches(connection, wanted, 10))
    bad = [entry for entry in two[:700] if isinstance(entry, Decision) and entry.verdict is not Verdict.NO_LEAK]
    assert sum(each.count for each in sums) == len(bad)
    assert await records.ask(lambda connection: reviewed_pictures(connection, wanted)) != []
    engine.dispose()


async def test_a_server_that_stops_costs_neither_latency_nor_an_entry(tmp_path: Path, postgres: PostgresServer) -> None:
    batches = [some_entries(200) for _ in range(6)]
    async with replica(tmp_path, "one", postgres.url) as (journal, follower):
        await kept(journal, batches[0])
        await caught_up(follower, len(batches[0]))
        await asyncio.to_thread(postgres.stop)
        for batch in batches[1:4]:
            await asyncio.wait_for(kept(journal, batch), 5)
        await eventually(lambda: "postgresql cannot be reached" in str(follower.why))
        await asyncio.to_thread(postgres.start)
        for batch in batches[4:]:
            await kept(journal, batch)
        await caught_up(follower, sum(map(len, batches)))
        await eventually(lambda: follower.why is None)
    engine = postgres_engine(postgres.url)
    assert ids(engine) == [entry_id(entry) for batch in batches for entry in batch]
    engine.dispose()


async def test_a_replica_that_died_before_it_noted_its_place_doubles_nothing(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    made = some_entries(100)
    async with replica(tmp_path, "one", postgres.url) as (journal, follower):
        await kept(journal, made)
        await caught_up(follower, len(made))
        await journal.change(lambda connection: connection.execute("UPDATE followers SET sequence = 40").rowcount)
        follower._noted = follower.sequence
    async with replica(tmp_path, "one", postgres.url) as (journal, follower):
        assert follower.sequence == 40
        await kept(journal, some_entries(1))
        await caught_up(follower, len(made) + 3)
    engine = postgres_engine(postgres.url)
    assert ids(engine)[: len(made)] == [entry_id(entry) for entry in made]
    assert len(ids(engine)) == len(made) + 3
    engine.dispose()


async def test_a_journal_that_counts_from_one_again_loses_nothing(tmp_path: Path, postgres: PostgresServer) -> None:
    made = [some_entries(30), some_entries(30)]
    for attempt, batch in enumerate(made):
        async with replica(tmp_path / str(attempt), "one", postgres.url) as (journal, follower):
            await kept(journal, batch)
            await caught_up(follower, len(batch))
    engine = postgres_engine(postgres.url)
    assert ids(engine) == [entry_id(entry) for batch in made for entry in batch]
    engine.dispose()


def test_replicas_that_start_at_once_migrate_once(postgres: PostgresServer) -> None:
    engines = [postgres_engine(postgres.url) for _ in range(5)]
    failures: list[Exception] = []

    def start(engine: Engine) -> None:
        try:
            migrate(engine)
        except Exception as error:  # told to the test
            failures.append(error)

    threads = [threading.Thread(target=start, args=(engine,)) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    with engines[0].connect() as connection:
        assert connection.scalar(select(func.count()).select_from(migrations)) == len(STEPS)
    for engine in engines:
        engine.dispose()


async def test_a_replica_learns_how_things_stand_elsewhere_and_then_what_happens(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    heard: list[str] = []
    before, after = some_entries(30, "cam-2"), [some_entries(20, "cam-2") for _ in range(10)]

    async def listen(others: OtherReplicas) -> None:
        async for found in others.watch():
            heard.extend(entry_id(each.entry) for each in found)

    database = Database(postgres_engine(postgres.url))
    async with replica(tmp_path, "one", postgres.url) as (one, _), replica(tmp_path, "two", postgres.url) as (two, it):
        await kept(two, before)
        await caught_up(it, len(before))
        listener = asyncio.create_task(listen(OtherReplicas(database, "one", 0.02)))
        latest, alarm = entry_id(before[29]), entry_id(before[30])
        await eventually(lambda: heard == [latest, alarm])
        for batch in after:
            await asyncio.gather(kept(one, some_entries(20, "cam-1")), kept(two, batch))
        expected = [latest, alarm, *(entry_id(entry) for batch in after for entry in batch)]
        await eventually(lambda: len(heard) >= len(expected))
        assert heard == expected, "each once, in order, none of its own"
        listener.cancel()
        await asyncio.gather(listener, return_exceptions=True)
    await database.close()


async def test_listening_to_others_outlives_an_outage(tmp_path: Path, postgres: PostgresServer) -> None:
    heard: list[str] = []

    async def listen(others: OtherReplicas) -> None:
        async for found in others.watch():
            heard.extend(entry_id(each.entry) for each in found)

    database = Database(postgres_engine(postgres.url))
    listener = asyncio.create_task(listen(OtherReplicas(database, "one", 0.02, retry_s=0.05)))
    async with replica(tmp_path, "two", postgres.url) as (two, follower):
        first, second = some_entries(5), some_entries(5)
        await kept(two, first)
        await caught_up(follower, len(first))
        await eventually(lambda: len(heard) > 0)
        await asyncio.to_thread(postgres.stop)
        await kept(two, second)
        await asyncio.to_thread(postgres.start)
        await eventually(lambda: heard[-len(second) :] == [entry_id(entry) for entry in second])
    listener.cancel()
    await asyncio.gather(listener, return_exceptions=True)
    await database.close()


async def test_in_postgresql_too_the_latest_decision_of_a_replica_is_the_one_written_last(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    leak = a_decision(Verdict.LEAK, received_at=START)
    back = a_decision(Verdict.UNKNOWN, received_at=START - timedelta(hours=1))
    late = a_decision(Verdict.LEAK, received_at=START - timedelta(hours=2))
    for name, decision in (("one", leak), ("one", back), ("two", late)):
        async with replica(tmp_path, name, postgres.url) as (journal, follower):
            await kept(journal, [decision])
            await eventually(lambda: follower.behind == 0)  # called at once
    database = Database(postgres_engine(postgres.url))
    assert await Records(database).latest() == [back], "what another replica tells late is older"
    await database.close()


DROPPED = [
    "DROP SCHEMA public CASCADE; CREATE SCHEMA public",
    "DROP SCHEMA public CASCADE",
    "DROP TABLE entries",
    "DROP TABLE wells",
    "DROP TABLE models",
    "DROP TABLE followers",
    "DROP TABLE migrations, entries",
    "ALTER TABLE entries DROP COLUMN replica",
    "TRUNCATE entries",
]


def spoil(url: str, statements: str) -> None:
    engine = postgres_engine(url)
    with engine.begin() as connection:
        for statement in statements.split("; "):
            connection.execute(text(statement))
    engine.dispose()


def recent_entries(number: int) -> list[Entry]:
    now = datetime.now(UTC)
    return [a_decision(Verdict.LEAK, received_at=now + timedelta(milliseconds=each)) for each in range(number)]


@pytest.mark.parametrize("restart", [False, True], ids=["while it runs", "before a restart"])
@pytest.mark.parametrize("dropped", DROPPED)
async def test_what_postgresql_has_lost_is_made_and_copied_again(
    tmp_path: Path, postgres: PostgresServer, dropped: str, restart: bool
) -> None:
    one, two, more = recent_entries(1200), recent_entries(30), recent_entries(5)
    async with replica(tmp_path, "one", postgres.url) as first, replica(tmp_path, "two", postgres.url) as second:
        await asyncio.gather(kept(first[0], one), kept(second[0], two))
        await asyncio.gather(caught_up(first[1], len(one)), caught_up(second[1], len(two)))
        if not restart:
            spoil(postgres.url, dropped)
            await kept(first[0], more[:2])
            await kept(second[0], more[2:3])
            await eventually(lambda: first[1].behind == second[1].behind == 0)
    if restart:
        spoil(postgres.url, dropped)
    async with replica(tmp_path, "one", postgres.url) as first, replica(tmp_path, "two", postgres.url) as second:
        await asyncio.gather(kept(first[0], more[3:4]), kept(second[0], more[4:]))
        await eventually(lambda: first[1].behind == second[1].behind == 0)
        assert first[1].why is None
    database = Database(postgres_engine(postgres.url))
    expected = {entry_id(entry) for entry in (*one, *two, *(more[3:] if restart else more))}
    engine = postgres_engine(postgres.url)
    assert set(ids(engine)) == expected
    engine.dispose()
    (latest,) = await Records(database).latest()
    assert latest in more, "wells and models are whole again"
    await database.close()


async def test_a_replica_that_met_no_error_copies_again_too(tmp_path: Path, postgres: PostgresServer) -> None:
    one, two = recent_entries(30), recent_entries(30)
    async with replica(tmp_path, "one", postgres.url) as first, replica(tmp_path, "two", postgres.url) as second:
        for (journal, follower), made in ((first, one), (second, two)):
            await kept(journal, made[:-1])
            await caught_up(follower, len(made) - 1)
        spoil(postgres.url, "ALTER TABLE entries DROP COLUMN replica")
        for (journal, follower), made in ((first, one), (second, two)):  # the first has mended the table for both
            await kept(journal, made[-1:])
            await caught_up(follower, len(made))
    engine = postgres_engine(postgres.url)
    assert ids(engine, "one") == [entry_id(entry) for entry in one]
    assert ids(engine, "two") == [entry_id(entry) for entry in two]
    engine.dispose()


async def test_what_is_copied_again_is_told_until_it_is_there(tmp_path: Path, postgres: PostgresServer) -> None:
    journal = Journal(tmp_path / "journal.db")
    await journal.open()
    await kept(journal, recent_entries(2500))
    copy = PostgresCopy(journal, postgres_engine(postgres.url), "one")
    sequence = 0
    for _ in range(3):
        sequence = (await copy.advance(sequence)).sequence
    spoil(postgres.url, "TRUNCATE entries")
    await kept(journal, recent_entries(1))
    with pytest.raises(EntriesMissing, match="copied again"):
        await copy.advance(sequence)
    steps = [await copy.advance(sequence)]
    while steps[-1].sequence < 2501:
        steps.append(await copy.advance(steps[-1].sequence))
    assert [step.sequence for step in steps] == [1000, 2000, 2501]
    assert "1500 are left" in (steps[0].why or "")
    assert steps[-1].why is None
    await copy.close()
    await journal.close()


async def test_a_server_that_stands_still_keeps_nobody_waiting(
    tmp_path: Path, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "GRACE_S", 0.2)
    monkeypatch.setattr(postgres_module, "DEADLINE_S", 0.2)
    database = Database(postgres_engine(postgres.url), deadline_s=0.2)
    async with replica(tmp_path, "one", postgres.url) as (journal, follower):
        await kept(journal, recent_entries(3))
        await eventually(lambda: follower.behind == 0)
        assert len((await Records(database).page(DecisionFilter(), 10)).decisions) == 3
        postgres.freeze()
        try:
            for _ in range(3):
                with pytest.raises(Unavailable):
                    await asyncio.wait_for(Records(database).page(DecisionFilter(), 10), 30)
            await asyncio.wait_for(kept(journal, recent_entries(1)), 30)
            await eventually(lambda: "gives no answer" in (follower.why or ""))
        finally:
            postgres.thaw()
        await eventually(lambda: follower.behind == 0 and follower.why is None)
        assert len((await Records(database).page(DecisionFilter(), 10)).decisions) == 4
    await asyncio.wait_for(database.close(), 30)

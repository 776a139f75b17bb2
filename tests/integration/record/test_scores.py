from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from service.contract.decision import Decision, Verdict
from service.record.database.engine import Database, postgres_engine
from service.record.followers.postgres import PostgresCopy
from service.record.journal.journal import Journal
from service.record.queries.records import Records
from tests.decisions import START, a_decision
from tests.postgres_server import PostgresServer

MINUTE = timedelta(minutes=1)


def a_minute_of_a_well() -> list[Decision]:
    """A picture a second; one leak with a lower score than its neighbours, one unknown without any."""
    decisions = []
    for second in range(60):
        verdict = {21: Verdict.LEAK, 44: Verdict.UNKNOWN}.get(second, Verdict.NO_LEAK)
        score = None if verdict is Verdict.UNKNOWN else 0.001 * (second % 10 + 1)
        at = START + timedelta(seconds=second)
        decisions.append(a_decision(verdict, score=score, received_at=at, camera_id="cam-1", well_id="12a"))
    return decisions


SHIFT = a_minute_of_a_well()
STRANGERS = [a_decision(Verdict.LEAK, well_id="13a"), a_decision(Verdict.LEAK, camera_id="cam-2")]


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[Journal]:
    journal = Journal(tmp_path / "journal.db")
    await journal.open()
    receipt = journal.append([*SHIFT, *STRANGERS])
    assert receipt.durable is not None
    await receipt.durable
    yield journal
    await journal.close()


def seconds(decisions: list[Decision]) -> list[int]:
    return [(decision.received_at - START).seconds for decision in decisions]


async def test_each_stretch_of_time_shows_its_worst_decision(journal: Journal) -> None:
    found = await Records(journal.database).scores("cam-1", "12a", START, START + MINUTE, 6)
    assert seconds(found) == [9, 19, 21, 39, 44, 59]
    assert found[2] == SHIFT[21]


async def test_a_range_without_decisions_has_no_points(journal: Journal) -> None:
    assert await Records(journal.database).scores("cam-1", "12a", START - MINUTE, START, 6) == []


async def test_more_stretches_than_decisions_show_every_one(journal: Journal) -> None:
    found = await Records(journal.database).scores("cam-1", "12a", START, START + MINUTE, 600)
    assert found == SHIFT


async def test_postgresql_says_the_same(journal: Journal, postgres: PostgresServer) -> None:
    copy = PostgresCopy(journal, postgres_engine(postgres.url), "replica-1")
    await copy.advance(0)
    database = Database(postgres_engine(postgres.url))
    found = await Records(database).scores("cam-1", "12a", START, START + MINUTE, 6)
    assert found == await Records(journal.database).scores("cam-1", "12a", START, START + MINUTE, 6)
    await copy.close()
    await database.close()

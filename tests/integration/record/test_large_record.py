"""Questions to a large record walk an index; ``tests.perf.large_record`` measures them on 8 million decisions."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, event

from service.contract.decision import Reason, Verdict
from service.contract.journal_entry import EventKind
from service.record.database.engine import Database, sqlite_engine
from service.record.queries.records import Records
from service.record.queries.reports import (
    ReportRange,
    cast_times,
    pictures_of_wells,
    reviewed_pictures,
    stretches,
)
from service.record.queries.search import DecisionFilter
from service.record.retention.retention import DELETE, END_OF_WINDOW, FOR_EVER, OF_VERDICT, OTHERS
from tests.decisions import START
from tests.perf.large_record import fill

ROWS = 40_000
LEAKS = frozenset({Verdict.LEAK})
DAY = ReportRange(START, START + timedelta(days=1))


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("large") / "journal.db"
    fill(path, ROWS)
    return path


@pytest.fixture
def plans(journal: Path) -> Iterator[tuple[Records, list[str]]]:
    """The record, and how SQLite means to answer each statement."""
    engine, seen = sqlite_engine(journal), list[str]()

    @event.listens_for(engine, "before_cursor_execute")
    def explain(connection, cursor, statement, parameters, context, executemany) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
        del cursor, context, executemany
        driver = connection.connection.driver_connection
        seen.extend(row[3] for row in driver.execute(f"EXPLAIN QUERY PLAN {statement}", parameters))

    yield Records(Database(engine)), seen
    engine.dispose()


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (DecisionFilter(), "entries_at"),
        (DecisionFilter(camera_id="cam-1", verdicts=LEAKS), "entries_verdict"),
        (DecisionFilter(verdicts=LEAKS, reviewed=False), "entries_verdict"),
        (DecisionFilter(reason=Reason.INPUT_BLURRED), "entries_verdict"),
        (DecisionFilter(camera_id="cam-1", well_id="12a"), "entries_at"),
        (DecisionFilter(cast_id="C-0"), "entries_cast"),
        (DecisionFilter(since=START, until=START), "entries_at"),
        (DecisionFilter(score_from=0.5), "entries_at"),
        (DecisionFilter(reviewed=True), "entries_id"),
    ],
    ids=str,
)
async def test_a_list_walks_the_index_made_for_it(
    plans: tuple[Records, list[str]], wanted: DecisionFilter, index: str
) -> None:
    records, seen = plans
    await records.page(wanted, 50)
    assert any(f"INDEX {index}" in step for step in seen), seen
    assert not any("INTEGER PRIMARY KEY" in step for step in seen), "no search by sequence"


async def test_events_and_alarms_are_found_without_a_look_at_decisions(plans: tuple[Records, list[str]]) -> None:
    records, seen = plans
    await records.events(10)
    await records.events(10, [EventKind.NO_DATA])
    await records.standing_alarms()
    await records.after(0, 10, [EventKind.ALARM_RAISED.value])
    assert len([step for step in seen if "INDEX entries_kind" in step]) == 4, seen


@pytest.mark.parametrize(
    ("question", "index"),
    [
        (partial(stretches, wanted=DAY, number=240), "entries_verdict"),
        (partial(stretches, wanted=replace(DAY, camera_id="cam-1", cast_id="C-0"), number=240), "entries_verdict"),
        (partial(pictures_of_wells, wanted=DAY), "entries_at"),
        (partial(cast_times, cast_id="C-0"), "COVERING INDEX entries_cast"),
        (partial(reviewed_pictures, wanted=DAY), "entries_kind"),
    ],
    ids=["strips", "strips of a cast", "pictures", "times of a cast", "reviews"],
)
async def test_a_report_walks_the_index_made_for_it(
    plans: tuple[Records, list[str]], question: Callable[[Connection], object], index: str
) -> None:
    records, seen = plans
    await records.ask(question)
    assert index in seen[0], seen
    assert not any("SCAN entries" in step and "INDEX" not in step for step in seen), seen


@pytest.mark.parametrize("which", [*OF_VERDICT.values(), OTHERS])
def test_a_step_of_retention_looks_at_its_window_alone(journal: Path, which: str) -> None:
    parameters = {"since": 0, "before": FOR_EVER, "until": FOR_EVER, "read": FOR_EVER, "rows": 500}
    with sqlite_engine(journal).connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        for statement in (END_OF_WINDOW, DELETE.format(which=which)):
            steps = [row[3] for row in driver.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
            assert "INDEX entries_at (at>? AND at<?)" in steps[0], steps


async def test_the_newest_leaks_of_a_camera_are_listed_in_well_under_fifty_milliseconds(journal: Path) -> None:
    database = Database(sqlite_engine(journal))
    times = []
    for _ in range(9):
        started = time.perf_counter()
        page = await Records(database).page(DecisionFilter(camera_id="cam-1", verdicts=LEAKS), 20)
        times.append(time.perf_counter() - started)
        assert len(page.decisions) == 20
    assert min(times) < 0.05
    await database.close()

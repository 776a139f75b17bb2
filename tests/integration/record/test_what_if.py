"""What-if over PostgreSQL: the same answers as over SQLite."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from service.contract.decision import LEAK_DESPITE, Decision, Reason, Verdict, decide
from service.contract.journal_entry import Review
from service.control_room.what_if.desk import FlipFilter, WhatIfDesk
from service.record.database.engine import Database, postgres_engine, sqlite_engine
from service.record.queries.records import Records
from service.record.queries.reports import ReportRange
from service.setting_groups import AlarmRule
from tests.decisions import MODEL, START, a_decision
from tests.drawn_decisions import THRESHOLD, drawn_serving, fill, in_order
from tests.postgres_server import PostgresServer

RANGE = ReportRange(START, START + timedelta(days=7))


def a_week() -> list[Decision]:
    """Decisions of two cameras, some under a doubt of the gate, some not scored."""
    dice = random.Random(11)
    drawn = []
    for number in range(3000):
        place: dict[str, Any] = {"camera_id": f"cam-{number % 2}", "well_id": f"{dice.randrange(5)}a"}
        if dice.random() < 0.02:
            drawn.append(a_decision(Verdict.UNKNOWN, reason=Reason.STALE, **place))
            continue
        score = dice.lognormvariate(-1.5, 0.5)
        verdict, reason = decide(score, THRESHOLD.value, None, dice.choice([None] * 20 + [*LEAK_DESPITE]))
        drawn.append(a_decision(verdict, reason=reason, score=score, score_ratio=score / THRESHOLD.value, **place))
    return in_order(drawn)


async def answers(database: Database, folder: Path) -> list[object]:
    serving = drawn_serving(folder)
    desk = WhatIfDesk(Records(database), AlarmRule(), lambda: serving, lambda _: frozenset({MODEL.artifact}))
    found: list[object] = []
    for tried in (0.2, 0.5, 0.8):
        changes = await desk.changes(RANGE, tried)
        found += [replace(changes, read_at=START), await desk.flips(RANGE, tried, FlipFilter(), 10, 50)]
    await database.close()
    return found


async def test_both_databases_give_the_same_answers(tmp_path: Path, postgres: PostgresServer) -> None:
    decisions = a_week()
    entries: Sequence[Decision | Review] = [
        *decisions,
        *(
            Review(f"r-{one.decision_id}", one.decision_id, one.received_at, Verdict.LEAK, "Anna")
            for one in decisions[::97]
        ),
    ]
    path = tmp_path / "journal.db"
    for engine in (sqlite_engine(path, writable=True), postgres_engine(postgres.url)):
        fill(engine, entries)
        engine.dispose()
    one = await answers(Database(sqlite_engine(path)), tmp_path / "one")
    other = await answers(Database(postgres_engine(postgres.url)), tmp_path / "other")
    assert one == other
    assert one[0].total.changed[Verdict.NO_LEAK][Verdict.LEAK] > 50  # type: ignore[attr-defined]

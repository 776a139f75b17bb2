import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import pytest
from hypothesis import given, settings
from sqlalchemy import Connection, Engine

from service.contract.decision import Decision, Verdict
from service.contract.errors import Overloaded, Unavailable
from service.contract.journal_entry import Review
from service.contract.manifest import Threshold
from service.control_room.what_if.desk import FlipFilter, FlipPage, WhatIfDesk
from service.control_room.what_if.outcome import WhatIf
from service.control_room.what_if.rejudging import rejudged
from service.control_room.what_if.score_table import read_table
from service.judging.serving import Serving
from service.record.database.engine import Database, sqlite_engine
from service.record.queries.records import Records
from service.record.queries.reports import ReportRange
from service.setting_groups import AlarmRule
from tests.decisions import MODEL, START, a_decision
from tests.drawn_decisions import DECISIONS, OWN, THRESHOLD, TRIED, drawn_serving, fill, in_order

T = TypeVar("T")

RANGE = ReportRange(START, START + timedelta(days=1))
OURS = frozenset({MODEL.artifact})
ALL = FlipFilter()


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Serving:
    return drawn_serving(tmp_path_factory.mktemp("served"))


async def asked(
    engine: Engine, serving: Serving, wanted: ReportRange, tried: float, which: FlipFilter = ALL
) -> tuple[WhatIf, FlipPage]:
    database = Database(engine)
    desk = WhatIfDesk(Records(database), AlarmRule(), lambda: serving, lambda _: OURS)
    try:
        return await desk.changes(wanted, tried), await desk.flips(wanted, tried, which, 0, 100)
    finally:
        await database.close()


def in_file(folder: Path, made: Sequence[Decision | Review]) -> Engine:
    path = folder / "journal.db"
    engine = sqlite_engine(path, writable=True)
    fill(engine, made)
    engine.dispose()
    return sqlite_engine(path)


def cut_of(decision: Decision, tried: float, named: str | None = None) -> Threshold:
    """The cut by which a decision is judged again: that of its camera, unless another is tried for it."""
    if decision.camera_id == "cam-2":
        return OWN.moved_to(tried) if named == "cam-2" else OWN
    return THRESHOLD.moved_to(tried)


def reviews_of(decisions: Sequence[Decision]) -> list[Review]:
    """Two reviews of every third decision, of which the later one counts."""
    some = list(enumerate(decisions))[::3]
    said = [(number, Verdict.UNKNOWN) for number, _ in some]
    said += [(number, Verdict.LEAK if number % 2 else Verdict.NO_LEAK) for number, _ in some]
    return [
        Review(f"review-{place}", decisions[number].decision_id, decisions[number].received_at, verdict, "Anna")
        for place, (number, verdict) in enumerate(said)
    ]


@settings(max_examples=15)
@given(drawn=DECISIONS, tried=TRIED)
def test_what_if_equals_judging_each_decision_again(serving: Serving, drawn: Sequence[Decision], tried: float) -> None:
    decisions = in_order(drawn)
    with TemporaryDirectory() as folder:
        engine = in_file(Path(folder), [*decisions, *reviews_of(decisions)])
        found, flips = asyncio.run(asked(engine, serving, RANGE, tried))
    require_equal(found, flips, decisions, tried)


def require_equal(found: WhatIf, flips: FlipPage, decisions: Sequence[Decision], tried: float) -> None:
    again = [(one, rejudged(one, cut_of(one, tried))) for one in decisions]
    changed = Counter((one.verdict, now.verdict) for one, now in again if one.verdict is not now.verdict)
    assert found.total.decisions == len(decisions)
    assert {(then, now): n for then, row in found.total.changed.items() for now, n in row.items() if n} == changed
    newest = [(one.decision_id, now) for one, now in again[::-1] if one.verdict is not now.verdict]
    assert [(flip.decision.decision_id, flip.now) for flip in flips.flips] == newest[:100]
    assert flips.total == len(newest)
    leaks = [now.verdict for number, (_, now) in enumerate(again) if number % 3 == 0 and number % 2]
    assert (found.total.leaks_reviewed, found.total.leaks_missed_now) == (len(leaks), leaks.count(Verdict.NO_LEAK))
    by_camera = Counter(one.camera_id for one in decisions)
    assert {each.camera_id: each.changes.decisions for each in found.cameras} == by_camera
    scored = Counter(one.camera_id for one in decisions if one.score is not None)
    assert {each.camera_id: sum(each.counts) for each in found.cameras} == {name: scored[name] for name in by_camera}


async def test_a_camera_that_is_named_gets_the_tried_threshold_whatever_its_own(
    serving: Serving, tmp_path: Path
) -> None:
    decisions = in_order([a_decision(camera_id=camera, score=0.6) for camera in ("cam-1", "cam-2")])
    engine = in_file(tmp_path, decisions)
    found, _ = await asked(engine, serving, replace(RANGE, camera_id="cam-2"), 0.6)
    (camera,) = found.cameras
    assert (camera.camera_id, camera.own_threshold, camera.threshold_now) == ("cam-2", True, 0.6)
    assert found.total.changed[Verdict.NO_LEAK][Verdict.LEAK] == 1


async def test_scores_of_another_model_are_counted_and_left_out(serving: Serving, tmp_path: Path) -> None:
    other = replace(MODEL, artifact="other-0123abcd")
    engine = in_file(tmp_path, in_order([a_decision(), a_decision(model=other)]))
    found, _ = await asked(engine, serving, RANGE, 0.001)
    assert (found.total.decisions, found.others) == (1, 1)


async def test_an_empty_record_changes_nothing(serving: Serving, tmp_path: Path) -> None:
    found, flips = await asked(in_file(tmp_path, []), serving, RANGE, 0.1)
    assert (found.total.decisions, found.hours, found.total.alarms_an_hour_now, found.cameras) == (0, 0, 0, [])
    assert flips == FlipPage([], 0)


async def test_alarms_an_hour_are_those_of_the_minutes_in_which_pictures_came(serving: Serving, tmp_path: Path) -> None:
    decisions = in_order([a_decision(Verdict.LEAK, score=0.6, camera_id="cam-1") for _ in range(4)])
    found, _ = await asked(in_file(tmp_path, decisions), serving, RANGE, 1.0)
    assert found.hours == pytest.approx(2 / 60)
    assert (found.total.alarms_then, found.total.alarms_now) == (1, 0)
    assert found.total.alarms_an_hour_then == pytest.approx(30)


async def test_flips_are_chosen_by_verdicts_and_by_what_people_said(serving: Serving, tmp_path: Path) -> None:
    decisions = in_order([a_decision(score=0.3, camera_id="cam-1") for _ in range(4)])
    engine = in_file(tmp_path, [*decisions, *reviews_of(decisions)])
    _, reviewed = await asked(engine, serving, RANGE, 0.2, FlipFilter(reviewed=Verdict.LEAK))
    assert [flip.decision.decision_id for flip in reviewed.flips] == [decisions[3].decision_id]
    _, none = await asked(engine, serving, RANGE, 0.2, FlipFilter(before=Verdict.LEAK))
    assert none.total == 0


async def test_of_too_many_decisions_the_newest_are_read(tmp_path: Path) -> None:
    engine = in_file(tmp_path, in_order([a_decision(score=0.3) for _ in range(12)]))
    database = Database(engine)
    table = await read_table(Records(database), RANGE, OURS, 3.0, most=8, at_once=4)
    whole = await read_table(Records(database), RANGE, OURS, 3.0, most=12, at_once=4)
    await database.close()
    assert (len(table.at), table.cut_short, len(whole.at), whole.cut_short) == (8, True, 12, False)
    assert table.at.min() > whole.at.min()


class SlowRecord(Records):
    """A record that answers when it may."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.may_answer = asyncio.Event()

    async def ask(self, question: Callable[[Connection], T]) -> T:
        await self.may_answer.wait()
        return await super().ask(question)


async def test_who_asks_while_much_is_read_is_told_to_come_again_and_then_gets_it(
    serving: Serving, tmp_path: Path
) -> None:
    database = Database(in_file(tmp_path, in_order([a_decision(score=0.3)])))
    record = SlowRecord(database)
    desk = WhatIfDesk(record, AlarmRule(), lambda: serving, lambda _: OURS, patience_s=0)
    with pytest.raises(Unavailable, match="ask again"):
        await desk.changes(RANGE, 0.2)
    with pytest.raises(Unavailable, match="ask again"):
        await desk.changes(replace(RANGE, camera_id="cam-1"), 0.2)
    with pytest.raises(Overloaded, match="other times"):
        await desk.changes(replace(RANGE, camera_id="cam-2"), 0.2)
    record.may_answer.set()
    reading = desk._reading[RANGE]
    await reading
    assert (await desk.changes(RANGE, 0.2)).total.decisions == 1
    await desk.close()
    await database.close()


async def test_a_table_is_read_anew_when_another_model_is_served(serving: Serving, tmp_path: Path) -> None:
    served = [serving]
    database = Database(in_file(tmp_path, in_order([a_decision(score=0.3)])))
    desk = WhatIfDesk(Records(database), AlarmRule(), lambda: served[-1], lambda _: OURS)
    first, again = await desk.changes(RANGE, 0.2), await desk.changes(RANGE, 0.3)
    served.append(replace(serving))
    other = await desk.changes(RANGE, 0.2)
    await database.close()
    assert first.read_at == again.read_at < other.read_at


async def test_a_table_that_was_read_before_the_clock_was_set_back_is_read_anew(
    serving: Serving, tmp_path: Path
) -> None:
    database = Database(in_file(tmp_path, in_order([a_decision(score=0.3)])))
    desk = WhatIfDesk(Records(database), AlarmRule(), lambda: serving, lambda _: OURS)
    before = await desk.changes(RANGE, 0.2)
    known = desk._known[RANGE]
    of_the_future = replace(known.table, read_at=before.read_at + timedelta(hours=1))
    desk._known[RANGE] = replace(known, table=of_the_future)
    again = await desk.changes(RANGE, 0.2)
    await database.close()
    assert before.read_at < again.read_at < of_the_future.read_at

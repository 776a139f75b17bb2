import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from service.contract.decision import Decision, Reason, Verdict
from service.contract.errors import MalformedField, NotFound, TooBroad
from service.contract.journal_entry import Entry, Event, EventKind, Review
from service.monitoring.alarms.alarm import AlarmState
from service.monitoring.alarms.events import event_of
from service.monitoring.alarms.layer import AlarmLayer
from service.record.database.engine import Database, sqlite_engine
from service.record.journal.journal import Journal
from service.record.queries.records import Records
from service.record.queries.search import DecisionFilter
from service.setting_groups import AlarmRule
from tests.decisions import START, a_decision

NUMBER = 2500


def a_shift() -> list[Decision]:
    """Decisions of two cameras in no strict order of time, some at the same microsecond."""
    dice = random.Random(7)
    verdicts = dice.choices(list(Verdict), weights=(90, 5, 5), k=NUMBER)
    return [
        a_decision(
            verdict,
            camera_id=dice.choice(["cam-1", "cam-2", None]),
            well_id=f"{dice.randrange(4)}a",
            cast_id=dice.choice(["C-1", "C-2"]),
            score=None if verdict is Verdict.UNKNOWN else dice.random(),
            received_at=START + timedelta(milliseconds=dice.randrange(NUMBER // 2)),
        )
        for verdict in verdicts
    ]


SHIFT = a_shift()
REVIEWED = SHIFT[100:110]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("record")


@pytest.fixture
async def records(folder: Path) -> AsyncIterator[Records]:
    journal = Journal(folder / "journal.db")
    await journal.open()
    if journal.tail.last_sequence == 0:
        await kept(journal, SHIFT)
        await kept(journal, [a_review(number, decision) for number, decision in enumerate(REVIEWED)])
    yield Records(journal.database)
    await journal.close()


async def kept(journal: Journal, entries: Sequence[Entry]) -> None:
    receipt = journal.append(entries)
    assert receipt.durable is not None
    await receipt.durable


def a_review(number: int, decision: Decision, verdict: Verdict = Verdict.NO_LEAK) -> Review:
    return Review(f"review-{number}", decision.decision_id, START, verdict, "Anna")


def expected(wanted: DecisionFilter) -> list[Decision]:
    """What the filter means, in plain Python."""
    numbered = [(decision.received_at, number, decision) for number, decision in enumerate(SHIFT)]
    reviewed = {decision.decision_id for decision in REVIEWED}
    return [
        decision
        for _, _, decision in sorted(numbered, key=lambda each: each[:2], reverse=True)
        if (wanted.since is None or decision.received_at >= wanted.since)
        and (wanted.until is None or decision.received_at < wanted.until)
        and wanted.camera_id in {None, decision.camera_id}
        and wanted.well_id in {None, decision.well_id}
        and wanted.cast_id in {None, decision.cast_id}
        and (wanted.verdicts is None or decision.verdict in wanted.verdicts)
        and wanted.reason in {None, decision.reason}
        and (wanted.score_from is None or (decision.score is not None and decision.score >= wanted.score_from))
        and (wanted.score_to is None or (decision.score is not None and decision.score <= wanted.score_to))
        and wanted.reviewed in {None, decision.decision_id in reviewed}
    ]


FILTERS = [
    DecisionFilter(),
    DecisionFilter(since=START + timedelta(milliseconds=400), until=START + timedelta(milliseconds=800)),
    DecisionFilter(camera_id="cam-1"),
    DecisionFilter(camera_id="cam-2", well_id="3a"),
    DecisionFilter(cast_id="C-1", verdicts=frozenset({Verdict.LEAK})),
    DecisionFilter(verdicts=frozenset({Verdict.LEAK, Verdict.UNKNOWN}), camera_id="cam-1"),
    DecisionFilter(verdicts=frozenset(Verdict)),
    DecisionFilter(verdicts=frozenset({Verdict.NO_LEAK}), score_from=0.25, score_to=0.75),
    DecisionFilter(reason=Reason.INPUT_BLURRED),
    DecisionFilter(reason=Reason.SCORE_BELOW_THRESHOLD, verdicts=frozenset({Verdict.LEAK, Verdict.NO_LEAK})),
    DecisionFilter(reason=Reason.FROZEN, verdicts=frozenset()),
    DecisionFilter(reviewed=True),
    DecisionFilter(reviewed=False, cast_id="C-2"),
    DecisionFilter(camera_id="' OR '1'='1"),
    DecisionFilter(verdicts=frozenset()),
]


@pytest.mark.parametrize("wanted", FILTERS, ids=range(len(FILTERS)))
async def test_pages_together_hold_what_the_filter_lets_pass_newest_first(
    records: Records, wanted: DecisionFilter
) -> None:
    found: list[Decision] = []
    cursor: str | None = None
    while True:
        page = await records.page(wanted, 97, cursor)
        found += page.decisions
        cursor = page.next_cursor
        if cursor is None:
            break
        assert len(page.decisions) == 97
    assert found == expected(wanted)


async def test_a_stream_holds_everything(records: Records) -> None:
    parts = [part async for part in records.stream(DecisionFilter())]
    assert [decision for part in parts for decision in part] == expected(DecisionFilter())
    assert len(parts) == 3, "some at a time"


async def test_what_is_written_between_two_pages_moves_nothing(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.db")
    await journal.open()
    decisions = [a_decision(Verdict.LEAK) for _ in range(6)]
    await kept(journal, decisions[:5])
    records = Records(journal.database)
    first = await records.page(DecisionFilter(), 3)
    await kept(journal, decisions[5:])
    second = await records.page(DecisionFilter(), 3, first.next_cursor)
    assert first.decisions + second.decisions == decisions[4::-1]
    await journal.close()


async def test_one_decision_is_found_by_its_id(records: Records) -> None:
    assert await records.decision(SHIFT[7].decision_id) == SHIFT[7]


@pytest.mark.parametrize("unknown", ["", "nobody", "' OR 1=1 --", "review-0"])
async def test_an_id_that_is_no_decision_s_is_not_found(records: Records, unknown: str) -> None:
    with pytest.raises(NotFound):
        await records.decision(unknown)


async def test_a_cursor_of_somebody_s_own_making_is_refused(records: Records) -> None:
    with pytest.raises(MalformedField):
        await records.page(DecisionFilter(), 10, "x'; DROP TABLE entries")


async def test_every_review_of_a_decision_is_kept_in_order(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.db")
    await journal.open()
    decision, other = a_decision(Verdict.LEAK), a_decision(Verdict.LEAK)
    reviews = [
        a_review(1, decision),
        a_review(2, decision, Verdict.LEAK),
        replace(a_review(3, decision), comment="<b>"),
    ]
    await kept(journal, [decision, other, *reviews])
    found = await Records(journal.database).reviews([decision.decision_id, other.decision_id])
    assert found == {decision.decision_id: reviews}
    await journal.close()


async def test_the_decision_of_each_well_that_was_written_last_is_known_after_a_restart(records: Records) -> None:
    newest: dict[tuple[str, str], datetime] = {}
    for decision in SHIFT:
        if decision.camera_id is not None and decision.well_id is not None:
            newest[decision.camera_id, decision.well_id] = decision.received_at
    latest = [(each.camera_id, each.well_id, each.received_at) for each in await records.latest()]
    assert sorted(latest) == [(*key, newest[key]) for key in sorted(newest)]


async def test_of_many_wells_those_that_sent_last_are_known_and_those_of_expected_cameras(records: Records) -> None:
    every = await records.latest()
    assert await records.latest(1) == every[-1:]
    first = every[0].camera_id
    assert first is not None
    expected = [each for each in every if each.camera_id == first or each is every[-1]]
    assert await records.latest(1, [first]) == expected
    assert await records.latest(0) == []


async def test_an_alarm_of_an_older_journal_stands_until_it_was_acknowledged(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.db")
    await journal.open()
    alarms = [Event(f"alarm-{number}", EventKind.ALARM_RAISED, START, "cam-1", "1a", "d") for number in range(3)]
    answer = Event("answer", EventKind.ALARM_ACKNOWLEDGED, START, "cam-1", "1a", "d", "alarm-1", {"by": "Anna"})
    await kept(journal, [*alarms, answer])
    records = Records(journal.database)
    assert [alarm.alarm_id for alarm in await records.standing_alarms()] == ["alarm-2", "alarm-0"]
    assert [alarm.state for alarm in await records.alarms(2)] == [AlarmState.UNACKNOWLEDGED, AlarmState.NORMAL]
    assert await records.events(10) == [answer, *alarms[::-1]]
    assert await records.events(1, [EventKind.ALARM_RAISED]) == [alarms[2]]
    assert [recorded.entry for recorded in await records.after(2, 10, ["alarm_raised"])] == [alarms[2]]
    await journal.close()


async def test_an_alarm_stands_until_its_state_is_normal(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.db")
    await journal.open()
    layer = AlarmLayer(AlarmRule(confirmations=1, window=1))
    first, second = [layer.observe(a_decision(Verdict.LEAK, well_id=well)) for well in ("1", "2")]
    assert first is not None
    assert second is not None
    forged = '"state":"normal"'
    acts = [layer.acknowledge(alarm, "Anna", forged) for alarm in (first.alarm, second.alarm)]
    over = layer.observe(a_decision(well_id="2"))
    assert over is not None
    await kept(journal, [event_of(each) for each in (first, second, *acts, over)])
    records = Records(journal.database)
    (standing,) = await records.standing_alarms()
    assert standing == acts[0].alarm
    assert [alarm.state for alarm in await records.alarms(10)] == [AlarmState.NORMAL, AlarmState.ACKNOWLEDGED]
    assert len(await records.raised_since(START - timedelta(days=1))) == 2
    await journal.close()


async def test_a_search_that_takes_too_long_is_ended_with_a_hint(folder: Path, records: Records) -> None:
    del records  # has filled the folder
    hurried = Database(sqlite_engine(folder / "journal.db"), deadline_s=0.0)
    with pytest.raises(TooBroad, match="narrow it"):
        await Records(hurried).page(DecisionFilter(score_from=2.0), 10)
    await hurried.close()


async def test_after_the_clock_went_back_the_latest_decision_is_the_one_written_last(tmp_path: Path) -> None:
    good = a_decision(well_id="back")
    leak = a_decision(Verdict.LEAK, well_id="back", received_at=good.received_at - timedelta(hours=1))
    for decision in (good, leak):
        journal = Journal(tmp_path / "journal.db")
        await journal.open()
        await journal.append([decision]).kept()
        await journal.close()
    journal = Journal(tmp_path / "journal.db")
    await journal.open()
    assert leak in await Records(journal.database).latest()
    await journal.close()

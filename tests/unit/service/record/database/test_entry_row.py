from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.contract.decision import FrameFacts, Verdict
from service.contract.journal_entry import Entry, Event, EventKind, Review
from service.record.database.entry_row import entry_of, micros, model_body, model_key, moment, row_of
from tests.decisions import MODEL, START, a_decision


def there_and_back(entry: Entry) -> Entry:
    row = SimpleNamespace(**row_of(entry)._asdict(), model_body=model_body(MODEL).decode())
    return entry_of(cast("Any", row))


@pytest.mark.parametrize(
    "entry",
    [
        a_decision(),
        a_decision(Verdict.LEAK),
        a_decision(frame=FrameFacts("ab" * 32, 3.5, -0.25, 0.31, 0.98)),
        a_decision(Verdict.UNKNOWN, frame=FrameFacts("ab" * 32)),
        a_decision(Verdict.UNKNOWN, picture=None, camera_id=None, well_id=None, cast_id=None, captured_at=None),
        Review("r1", "d1", START, Verdict.NO_LEAK, "Anna Иванова", "<b>'; DROP TABLE entries; --"),
        Event("e1", EventKind.ALARM_RAISED, START, "cam-1", "12a", "d1", None, {"k": 2, "n": 3}),
        Event("e2", EventKind.ALARM_ACKNOWLEDGED, START, "cam-1", "12a", "d1", "e1", {"by": "Anna"}),
        Event("e3", EventKind.NO_DATA, START, "cam-1"),
    ],
    ids=lambda entry: type(entry).__name__,
)
def test_an_entry_comes_back_from_its_row_as_it_was(entry: Entry) -> None:
    assert there_and_back(entry) == entry


def test_an_alarm_s_row_is_about_the_decision_and_an_acknowledgement_s_about_the_alarm() -> None:
    raised = Event("e1", EventKind.ALARM_RAISED, START, decision_id="d1")
    assert row_of(raised).about == "d1"
    named = Event("e1", EventKind.ALARM_RAISED, START, decision_id="d1", alarm_id="e1")
    assert row_of(named).about == "d1", "so that the decision stays as long as its alarm"
    assert row_of(Event("e2", EventKind.ALARM_ACKNOWLEDGED, START, decision_id="d1", alarm_id="e1")).about == "e1"


def test_a_time_of_another_zone_comes_back_as_the_same_moment_in_utc() -> None:
    moscow = datetime(2026, 5, 4, 13, 0, tzinfo=timezone(timedelta(hours=3)))
    returned = there_and_back(a_decision(captured_at=moscow))
    assert returned.captured_at == moscow  # type: ignore[union-attr]
    assert returned.captured_at.tzinfo is UTC  # type: ignore[union-attr]


@given(st.datetimes(timezones=st.just(UTC)))
@example(datetime.max.replace(tzinfo=UTC))
@example(datetime(2106, 2, 7, 6, 28, 15, 999_999, tzinfo=UTC))
def test_times_keep_their_microseconds(time: datetime) -> None:
    assert moment(micros(time)) == time


@pytest.mark.parametrize(("time", "offset"), [(datetime.min, 14), (datetime.max, -12)])  # noqa: DTZ901  # gets a zone
def test_a_time_that_utc_cannot_express_can_be_read_again(time: datetime, offset: int) -> None:
    assert moment(micros(time.replace(tzinfo=timezone(timedelta(hours=offset))))) == time.replace(tzinfo=UTC)


def test_models_have_equal_keys_only_if_they_are_equal() -> None:
    assert model_key(MODEL) == model_key(replace(MODEL))
    assert model_key(MODEL) != model_key(replace(MODEL, software_version="0.2.0"))
    assert 0 <= model_key(MODEL) < 2**63

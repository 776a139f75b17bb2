from datetime import UTC, datetime, timedelta

import pytest

from service.contract.errors import MalformedField
from service.routes.time_range import time_range

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("since", "until", "expected", "why"),
    [
        (NOON - DAY, NOON, (NOON - DAY, NOON), "both are named, and a day is the longest"),
        (None, NOON, (NOON - HOUR, NOON), "the usual time before the end"),
        (None, datetime.min.replace(tzinfo=UTC), None, "nothing lies before the calendar's begin"),
        (NOON, NOON, None, "no time at all"),
        (NOON, NOON - HOUR, None, "it ends before it begins"),
        (NOON - DAY - HOUR, NOON, None, "longer than a day"),
    ],
)
def test_a_time_ends_after_it_begins_and_has_a_bound(
    since: datetime | None, until: datetime, expected: tuple[datetime, datetime] | None, why: str
) -> None:
    if expected is None:
        with pytest.raises(MalformedField, match="at most 1 days"):
            time_range(since, until, HOUR, DAY)
    else:
        assert time_range(since, until, HOUR, DAY) == expected, why


def test_a_time_without_end_ends_now() -> None:
    before = datetime.now(UTC)
    begin, end = time_range(None, None, HOUR, DAY)
    assert before <= end <= datetime.now(UTC)
    assert end - begin == HOUR

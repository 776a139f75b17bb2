"""The time that a question about the record names by ``from`` and ``to``."""

from datetime import UTC, datetime, timedelta

from service.contract.errors import MalformedField

EARLIEST = datetime(1, 1, 2, tzinfo=UTC)
"""A day after the calendar's begin, for time zones."""


def time_range(
    since: datetime | None, until: datetime | None, usual: timedelta, longest: timedelta
) -> tuple[datetime, datetime]:
    """Return begin and end: where ``until`` is absent now, where ``since`` is absent the usual time before the end.

    Raises:
        MalformedField: it ends before it begins, or is longer than ``longest``.
    """
    end = until or datetime.now(UTC)
    begin = since or max(end, EARLIEST + usual) - usual
    if not timedelta() < end - begin <= longest:
        raise MalformedField(f"from: a time before `to`, by at most {longest.days} days, is expected")
    return begin, end

"""The deadline of a request: the caller's own, or the service's."""

from datetime import UTC, datetime
from time import perf_counter

from starlette.types import Scope

from service.contract.errors import MalformedField
from service.edge.request.body import header

LONGEST_MS = 60_000
MOST_DIGITS = 5


def deadline_of(scope: Scope, arrived: float, default_s: float) -> float:
    """Return the time by which inference must have begun, on the clock of ``arrived``.

    ``X-Deadline-Ms`` is counted from the arrival of the request's head.

    Raises:
        MalformedField: the header is not a whole number of 1 to 60000 milliseconds.
    """
    value = header(scope, b"x-deadline-ms")
    if value is None:
        return arrived + default_s
    if not value.isdigit() or len(value) > MOST_DIGITS or not 1 <= int(value) <= LONGEST_MS:
        raise MalformedField(f"X-Deadline-Ms: a whole number of 1 to {LONGEST_MS} milliseconds is expected")
    return arrived + int(value) / 1000


def fresh_until(deadline: float, captured_at: datetime | None, max_age_s: float | None) -> float:
    """Return the deadline, or the earlier time at which the picture will be older than it may be."""
    if captured_at is None or max_age_s is None:
        return deadline
    age_s = (datetime.now(UTC) - captured_at).total_seconds()
    return min(deadline, perf_counter() + max_age_s - age_s)

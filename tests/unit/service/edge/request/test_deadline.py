"""The deadline of a request."""

import pytest

from service.contract.errors import MalformedField
from service.edge.request.deadline import deadline_of


def scope(value: bytes | None) -> dict[str, object]:
    """A request with that header."""
    return {"headers": [] if value is None else [(b"x-deadline-ms", value)]}


def test_the_callers_deadline_counts_from_arrival() -> None:
    assert deadline_of(scope(b"250"), 100.0, default_s=5.0) == 100.25


def test_without_one_the_services_own_holds() -> None:
    assert deadline_of(scope(None), 100.0, default_s=5.0) == 105.0


@pytest.mark.parametrize("value", [b"", b"0", b"-1", b"60001", b"1e3", b"1.5", b"999999999999", "٣".encode()])
def test_a_senseless_one_is_refused(value: bytes) -> None:
    with pytest.raises(MalformedField, match="X-Deadline-Ms"):
        deadline_of(scope(value), 100.0, default_s=5.0)

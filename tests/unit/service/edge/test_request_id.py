"""Request ids."""

import pytest

from service.edge.request_id import request_id_of, trace_id_of

TRACE = b"0af7651916cd43dd8448eb211c80319c"


def test_the_callers_request_id_comes_first_then_its_trace_then_a_new_one() -> None:
    traceparent = (b"traceparent", b"00-" + TRACE + b"-b7ad6b7169203331-01")
    assert request_id_of([traceparent, (b"x-request-id", b"frame:7")]) == "frame:7"
    assert request_id_of([traceparent]) == TRACE.decode()
    assert request_id_of([]) != request_id_of([])


@pytest.mark.parametrize("value", [b"", b"a b", b"x" * 129, b"<script>"])
def test_a_malformed_request_id_is_replaced(value: bytes) -> None:
    assert len(request_id_of([(b"x-request-id", value)])) == 32


@pytest.mark.parametrize(
    "value",
    [
        b"00-" + b"0" * 32 + b"-b7ad6b7169203331-01",
        b"00-" + TRACE + b"-" + b"0" * 16 + b"-01",
        b"ff-" + TRACE + b"-b7ad6b7169203331-01",
        b"00-" + TRACE.upper() + b"-b7ad6b7169203331-01",
        b"00-" + TRACE + b"-b7ad6b7169203331-01-more",
        b"00-" + TRACE,
    ],
)
def test_an_invalid_traceparent_is_ignored(value: bytes) -> None:
    assert trace_id_of(value) is None


def test_a_later_version_may_be_longer() -> None:
    assert trace_id_of(b"01-" + TRACE + b"-b7ad6b7169203331-01-more") == TRACE.decode()

"""Request ids: the caller's own, or the trace id of W3C Trace Context, or a new one."""

import re
from collections.abc import Iterable

import uuid_utils

REQUEST_ID = re.compile(rb"[A-Za-z0-9._:-]{1,128}")
TRACEPARENT = re.compile(rb"(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")


def request_id_of(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """Return ``X-Request-ID`` where it is well formed, else the trace id of ``traceparent``, else a new id."""
    trace: str | None = None
    for name, value in headers:
        if name == b"x-request-id" and REQUEST_ID.fullmatch(value):
            return value.decode("ascii")
        if name == b"traceparent":
            trace = trace_id_of(value)
    return trace or uuid_utils.uuid7().hex


def trace_id_of(traceparent: bytes) -> str | None:
    """Return the trace id (32 hex digits) of a ``traceparent`` header, or None where it is invalid."""
    match = TRACEPARENT.fullmatch(traceparent)
    if match is None or (match[1] == b"00" and match[5] is not None):
        return None
    return match[2].decode("ascii")

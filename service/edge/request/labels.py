"""The labels of a crop: whose it is and when it was taken, validated wherever they appear."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qsl

from service.contract.errors import MalformedField
from service.contract.identifier import IDENTIFIER

is_id = re.compile(IDENTIFIER).fullmatch
# Python alone takes more than RFC 3339: a date without a time, a blank for the T, an offset without its colon.
is_rfc3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-5][0-9])"
).fullmatch
FIELDS = frozenset(("camera_id", "well_id", "cast_id", "captured_at"))
KEPT_IDS, LONGEST_KEPT_IDS = 4096, 256
"""Queries of which the ids are remembered: those of a well are the same in picture after picture."""


class Labels(NamedTuple):
    """Everything is optional; ``captured_at`` is in UTC."""

    camera_id: str | None = None
    well_id: str | None = None
    cast_id: str | None = None
    captured_at: datetime | None = None


NO_LABELS = Labels()
TWICE = "a query parameter is given twice: give each once"


def labels_of_query(query: bytes) -> Labels:
    """Parse and validate the query parameters of one crop.

    Raises:
        MalformedField: a value does not have its form, or a field is unknown or repeated.
    """
    if not query:
        return NO_LABELS
    rest, time = _without_time(query)
    labels = _kept_labels(rest) if len(rest) <= LONGEST_KEPT_IDS else _labels_of_fields(rest)
    if time is None:
        return labels
    if labels.captured_at is not None:
        raise MalformedField(TWICE)
    return Labels(labels.camera_id, labels.well_id, labels.cast_id, time_of(time.decode("latin-1"), "captured_at"))


def _without_time(query: bytes) -> tuple[bytes, bytes | None]:
    """Take out what differs from picture to picture; where it is escaped, or not to be seen, all stays together."""
    before, _, after = query.partition(b"captured_at=")
    time, _, rest = after.partition(b"&")
    if not after or (before and not before.endswith(b"&")) or b"%" in time or b"+" in time:
        return query, None
    return before + rest, time


def _labels_of_fields(query: bytes) -> Labels:
    pairs = _pairs(query.decode("latin-1"))
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise MalformedField(TWICE)
    return labels_of(fields)


_kept_labels = lru_cache(KEPT_IDS)(_labels_of_fields)


def merged(query: Labels, form: Labels) -> Labels:
    """Join the labels of a request's query with those of its body.

    Raises:
        MalformedField: both give the same one.
    """
    if form == NO_LABELS:
        return query
    for field, one, other in zip(Labels._fields, query, form, strict=True):
        if one is not None and other is not None:
            raise MalformedField(f"{field}: given in the query and in the body, give it once")
    return completed(query, form)


def completed(labels: Labels, others: Labels) -> Labels:
    """Labels, and where one is missing that of others."""
    return Labels(
        labels.camera_id or others.camera_id,
        labels.well_id or others.well_id,
        labels.cast_id or others.cast_id,
        labels.captured_at or others.captured_at,
    )


def _pairs(query: str) -> list[tuple[str, str]]:
    """Split a query; most have nothing escaped, and then it takes a third of the time."""
    if "%" in query or "+" in query:
        return parse_qsl(query, keep_blank_values=True)
    return [(name, value) for name, _, value in [field.partition("=") for field in query.split("&") if field]]


def labels_of(fields: Mapping[str, object]) -> Labels:
    """Validate the labels of one crop.

    Raises:
        MalformedField: names the field.
    """
    if not fields.keys() <= FIELDS:
        unknown = min(fields.keys() - FIELDS)
        raise MalformedField(f"{unknown:.80}: unknown field, the fields are {', '.join(sorted(FIELDS))}")
    captured_at = fields.get("captured_at")
    return Labels(
        id_of(fields.get("camera_id"), "camera_id"),
        id_of(fields.get("well_id"), "well_id"),
        id_of(fields.get("cast_id"), "cast_id"),
        None if captured_at is None else time_of(captured_at, "captured_at"),
    )


def id_of(value: object, field: str) -> str | None:
    """Validate an optional id.

    Raises:
        MalformedField: it is not 1 to 64 characters of ``A-Za-z0-9._:-``.
    """
    if value is None:
        return None
    if not isinstance(value, str) or not is_id(value):
        raise MalformedField(f"{field}: 1 to 64 characters of A-Za-z0-9._:- are expected")
    return value


def time_of(value: object, field: str) -> datetime:
    """Parse an RFC 3339 time into UTC.

    Raises:
        MalformedField: it is not one.
    """
    try:
        if isinstance(value, str) and is_rfc3339(value):
            time = datetime.fromisoformat(value.upper())
            return time if time.tzinfo is UTC else time.astimezone(UTC)
    except (ValueError, OverflowError):  # the latter for a time before year 1 in UTC
        pass
    raise MalformedField(f"{field}: an RFC 3339 time with an offset is expected, such as 2026-05-04T10:11:12.123Z")

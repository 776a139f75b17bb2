"""The labels of a crop: whose it is and when it was taken, validated wherever they appear."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import parse_qsl

from service.contract.errors import MalformedField
from service.contract.identifier import IDENTIFIER

ID = re.compile(IDENTIFIER)
RFC3339 = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})")
ID_FIELDS = ("camera_id", "well_id", "cast_id")
FIELDS = frozenset((*ID_FIELDS, "captured_at"))


class Labels(NamedTuple):
    """Everything is optional; ``captured_at`` is in UTC."""

    camera_id: str | None = None
    well_id: str | None = None
    cast_id: str | None = None
    captured_at: datetime | None = None


NO_LABELS = Labels()


def labels_of_query(query: bytes) -> Labels:
    """Parse and validate the query parameters of one crop.

    Raises:
        MalformedField: a value does not have its form, or a field is unknown or repeated.
    """
    if not query:
        return NO_LABELS
    pairs = _pairs(query.decode("latin-1"))
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise MalformedField("a query parameter is given twice: give each once")
    return labels_of(fields)


def _pairs(query: str) -> list[tuple[str, str]]:
    """Split a query; most have nothing escaped, and then it takes a third of the time."""
    if "%" in query or "+" in query:
        return parse_qsl(query, keep_blank_values=True)
    split = (field.partition("=") for field in query.split("&") if field)
    return [(name, value) for name, _, value in split]


def labels_of(fields: Mapping[str, object]) -> Labels:
    """Validate the labels of one crop.

    Raises:
        MalformedField: names the field.
    """
    unknown = fields.keys() - FIELDS
    if unknown:
        raise MalformedField(f"{min(unknown):.80}: unknown field, the fields are {', '.join(sorted(FIELDS))}")
    camera_id, well_id, cast_id = (id_of(fields.get(name), name) for name in ID_FIELDS)
    captured_at = fields.get("captured_at")
    return Labels(camera_id, well_id, cast_id, None if captured_at is None else time_of(captured_at, "captured_at"))


def id_of(value: object, field: str) -> str | None:
    """Validate an optional id.

    Raises:
        MalformedField: it is not 1 to 64 characters of ``A-Za-z0-9._:-``.
    """
    if value is None:
        return None
    if not isinstance(value, str) or not ID.fullmatch(value):
        raise MalformedField(f"{field}: 1 to 64 characters of A-Za-z0-9._:- are expected")
    return value


def time_of(value: object, field: str) -> datetime:
    """Parse an RFC 3339 time into UTC.

    Raises:
        MalformedField: it is not one.
    """
    hint = f"{field}: an RFC 3339 time with an offset is expected, such as 2026-05-04T10:11:12.123Z"
    if not isinstance(value, str) or not RFC3339.fullmatch(value):
        raise MalformedField(hint)
    try:
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise MalformedField(hint) from error

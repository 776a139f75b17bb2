"""Decisions as CSV (RFC 4180), safe to open in a spreadsheet."""

import csv
import io
from collections.abc import AsyncIterator, Iterable
from datetime import datetime

from service.contract.decision import Decision

COLUMNS = (
    "decision_id",
    "received_at",
    "captured_at",
    "camera_id",
    "well_id",
    "cast_id",
    "verdict",
    "alarm",
    "reason",
    "score",
    "threshold",
    "score_ratio",
    "artifact",
    "image_sha256",
)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


async def csv_of(parts: AsyncIterator[list[Decision]]) -> AsyncIterator[str]:
    """Yield the header, then the lines of each part."""
    yield _lines([COLUMNS])
    async for part in parts:
        yield _lines([_cell(_field(decision, column)) for column in COLUMNS] for decision in part)


def _lines(rows: Iterable[Iterable[object]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _field(decision: Decision, column: str) -> object:
    return decision.model.artifact if column == "artifact" else getattr(decision, column)


def _cell(value: object) -> object:
    """What a spreadsheet would take for a formula begins with an apostrophe."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value

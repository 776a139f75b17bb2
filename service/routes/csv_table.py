"""Tables as CSV (RFC 4180), which a spreadsheet may open."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any, Final

from fastapi import Response

CSV: Final = "text/csv"
CSV_TOO: Final[dict[int | str, dict[str, Any]]] = {200: {"content": {CSV: {"schema": {"type": "string"}}}}}
"""In the OpenAPI document: what a route answers beside JSON."""

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


def csv_lines(rows: Iterable[Iterable[object]]) -> str:
    """Write rows; what a spreadsheet would take for a formula begins with an apostrophe."""
    text = io.StringIO()
    csv.writer(text).writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def csv_file(name: str, columns: Sequence[str], rows: Iterable[Iterable[object]]) -> Response:
    """A whole table to be saved under a name."""
    return Response(csv_lines([columns, *rows]), media_type=CSV, headers=saved_as(name))


def saved_as(name: str) -> dict[str, str]:
    """The header that makes a browser save the answer."""
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value

"""Decisions as CSV (RFC 4180), written while they are read."""

from collections.abc import AsyncIterator, Iterable

from service.contract.decision import Decision
from service.routes.csv_table import csv_lines

COLUMNS = (
    "decision_id", "received_at", "captured_at", "camera_id", "well_id", "cast_id", "verdict", "reason", "score",
    "threshold", "score_ratio", "artifact", "artifact_sha256", "software_version", "image_sha256", "width", "height",
    "brightness", "contrast", "sharpness", "request_id",
)  # fmt: skip


async def csv_of(decisions: AsyncIterator[list[Decision]]) -> AsyncIterator[bytes]:
    """Begin to read, so that an unreadable record is an error and not an empty table; return the lines to come."""
    first: list[Decision] = await anext(decisions, [])
    return _lines(first, decisions)


async def _lines(first: list[Decision], others: AsyncIterator[list[Decision]]) -> AsyncIterator[bytes]:
    yield _encoded([COLUMNS])
    yield _encoded(map(_row, first))
    async for some in others:
        yield _encoded(map(_row, some))


def _row(decision: Decision) -> tuple[object, ...]:
    own = {name: value for name, value in vars(decision).items() if name in COLUMNS}
    times = {
        name: time and time.isoformat().replace("+00:00", "Z") for name, time in own.items() if name.endswith("_at")
    }
    picture = {} if decision.picture is None else vars(decision.picture)
    known = picture | vars(decision.model) | own | times
    return tuple(known.get(name) for name in COLUMNS)


def _encoded(rows: Iterable[tuple[object, ...]]) -> bytes:
    return csv_lines(rows).encode()

import csv
import io
from collections.abc import AsyncIterator

import pytest

from service.contract.decision import Decision, Verdict
from service.routes.record.decision_csv import COLUMNS, csv_of
from tests.decisions import START, a_decision


async def table(*parts: list[Decision]) -> list[dict[str, str]]:
    async def stream() -> AsyncIterator[list[Decision]]:
        for part in parts:
            yield part

    text = b"".join([piece async for piece in await csv_of(stream())]).decode()
    assert text.splitlines()[0] == ",".join(COLUMNS)
    return list(csv.DictReader(io.StringIO(text)))


async def test_each_decision_is_a_line() -> None:
    rows = await table([a_decision(received_at=START)], [], [a_decision(Verdict.UNKNOWN, captured_at=None)])
    assert (rows[0]["received_at"], rows[0]["verdict"]) == ("2026-05-04T10:11:12.123456Z", "no_leak")
    assert (rows[1]["verdict"], rows[1]["score"], rows[1]["captured_at"]) == ("unknown", "", "")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", '=HYPERLINK("http://x","y")'])
async def test_nothing_in_an_id_becomes_a_formula(text: str) -> None:
    rows = await table([a_decision(cast_id=text)])
    assert rows[0]["cast_id"] == f"'{text}"


async def test_nothing_found_is_a_header_alone() -> None:
    assert await table() == []

import csv
import io
from collections.abc import AsyncIterator

import pytest

from service.contract.decision import Decision, Verdict
from service.store.spreadsheet import COLUMNS, csv_of
from tests.decisions import START, a_decision


async def table(*parts: list[Decision]) -> list[dict[str, str]]:
    async def stream() -> AsyncIterator[list[Decision]]:
        for part in parts:
            yield part

    text = "".join([piece async for piece in csv_of(stream())])
    assert text.splitlines()[0] == ",".join(COLUMNS)
    return list(csv.DictReader(io.StringIO(text)))


async def test_each_decision_is_a_line() -> None:
    rows = await table([a_decision(received_at=START)], [], [a_decision(Verdict.UNKNOWN, captured_at=None)])
    assert rows[0]["received_at"] == "2026-05-04T10:11:12.123456Z"
    assert (rows[0]["verdict"], rows[0]["score"], rows[0]["alarm"]) == ("no_leak", "0.01", "False")
    assert (rows[1]["verdict"], rows[1]["score"], rows[1]["captured_at"]) == ("unknown", "", "")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", '=HYPERLINK("http://x","y")'])
async def test_nothing_in_an_id_becomes_a_formula(text: str) -> None:
    rows = await table([a_decision(cast_id=text)])
    assert rows[0]["cast_id"] == f"'{text}"


async def test_a_separator_or_quote_in_an_id_stays_in_its_cell() -> None:
    rows = await table([a_decision(well_id='1,"2"\n3')])
    assert rows[0]["well_id"] == '1,"2"\n3'


async def test_nothing_found_is_a_header_alone() -> None:
    assert await table() == []

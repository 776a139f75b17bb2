import pytest

from service.contract.errors import MalformedField
from service.record.queries.cursor import Cursor, parse_cursor


@pytest.mark.parametrize("place", [Cursor(0, 1), Cursor(1_777_889_472_123_456, 8_000_000), Cursor(-1, 2)])
def test_a_cursor_is_read_as_it_was_written(place: Cursor) -> None:
    assert parse_cursor(str(place)) == place


@pytest.mark.parametrize(
    "text",
    ["", "0", "MTo", "' OR 1=1 --", "<script>", "MToxOjE6MQ", "é", "A" * 5000, "MTox\nOjE", "\x00"],
)
def test_what_no_page_has_given_is_refused_with_a_hint(text: str) -> None:
    with pytest.raises(MalformedField, match="use next_cursor as it is"):
        parse_cursor(text)

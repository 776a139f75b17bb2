"""JSON is read so that no member is passed over."""

import json
from contextlib import suppress

import pytest

from service.edge.request.document import read_document


@pytest.mark.parametrize(
    "value",
    [{"a": [1, 2.5, None, True], "b": {"a": "a"}}, [{"well_id": "1a"}, {"well_id": "1a"}], {"quoted": 'a "word"'}],
)
def test_what_names_every_member_once_is_read_as_it_is(value: object) -> None:
    assert read_document(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    "text",
    [
        b'{"a": 1, "a": 2}',
        b'[{"b": {"a": 1, "a": 1}}]',
        b'{"a": 1, "\\u0061": 2}',
        b'{"a":1,"b":"\\"","a":2}',
    ],
)
def test_a_member_given_twice_is_refused_however_it_is_written(text: bytes) -> None:
    with pytest.raises(ValueError, match="twice"):
        read_document(text)


@pytest.mark.parametrize("text", [b"", b"{", b"NaN", b"\xff", b"[" * 5000])
def test_what_is_no_json_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read_document(text)


def test_what_only_one_of_two_parsers_can_follow_is_refused_or_read() -> None:
    with suppress(ValueError):
        read_document(b'["a", "a", ' + b"[" * 1000 + b"]" * 1000 + b"]")

"""JSON of which nothing is passed over: of two members of one name parsers take the last, and say nothing."""

import json

import orjson
from pydantic import JsonValue

LONGEST_NAME = 64
"""Of strings that are looked at; pictures are longer, and no member that is known has such a name."""


def read_document(text: bytes) -> JsonValue:
    """Parse JSON, in which no object may name a member twice.

    Raises:
        ValueError: says what does not fit.
    """
    document: JsonValue = orjson.loads(text)
    if _may_repeat(text):
        try:
            json.loads(text, object_pairs_hook=_object_of)
        except RecursionError as error:
            raise ValueError("it is nested too deeply") from error
    return document


def _may_repeat(text: bytes) -> bool:
    """Whether a short string is there twice: a parser that can see names takes long for millions of numbers."""
    if b"\\" in text:
        return True
    short = [each for each in text.split(b'"')[1::2] if len(each) <= LONGEST_NAME]
    return len(set(short)) < len(short)


def _object_of(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("an object names a field twice: give each once")
    return members

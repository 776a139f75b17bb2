"""The words by which folders and classes are known, from ``words.toml``."""

import tomllib
from functools import cache
from importlib import resources
from typing import NamedTuple


class Words(NamedTuple):
    """Words and whole phrases of either label, words that forbid to guess, and names that only say where or when."""

    good: frozenset[str]
    leak: frozenset[str]
    good_phrases: frozenset[str]
    leak_phrases: frozenset[str]
    forbidding: frozenset[str]
    neutral: frozenset[str]


@cache
def known_words() -> Words:
    """Read the list, once."""
    text = resources.files(__package__).joinpath("words.toml").read_text(encoding="utf-8")
    content: dict[str, dict[str, object]] = tomllib.loads(text)
    phrases = {name: content[name].pop("phrases") for name in ("good", "leak")}
    return Words(
        _all(content["good"]),
        _all(content["leak"]),
        _all(phrases["good"]),
        _all(phrases["leak"]),
        _all(content["neither"]),
        _all(content["neutral"]),
    )


def _all(groups: object) -> frozenset[str]:
    assert isinstance(groups, dict)  # noqa: S101  # the file is ours
    return frozenset(word for words in groups.values() for word in words)

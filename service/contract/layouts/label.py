"""What a picture shows, and how the name of a folder or class says so."""

import re
import unicodedata
from enum import IntEnum
from typing import Final

from service.contract.layouts.words import known_words


class Label(IntEnum):
    """What a picture shows, in the numbers of ``test_annotation.txt``."""

    GOOD = 0
    LEAK = 1


_BOUNDARY: Final = re.compile(r"[\W_]+|(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")


def tokens_of(name: str) -> tuple[str, ...]:
    """Cut a name at signs, digits and inner capitals, without accents and case.

    >>> tokens_of("defFront_02")
    ('def', 'front', '02')
    """
    plain = unicodedata.normalize("NFKC", name)
    spaced = "".join(
        f" {sign}" if sign.isupper() and before.islower() else sign
        for before, sign in zip(f" {plain}", plain, strict=False)
    )
    tokens = (_unaccented(token.casefold()) for token in _BOUNDARY.split(spaced))
    return tuple(token for token in tokens if token)


def label_of(name: str) -> Label | None:
    """Read the name of a folder or a class; None where it says nothing, both, or is negated in an unknown way.

    >>> label_of("ok_front").name, label_of("not OK").name, label_of("not_really_ok"), label_of("camera_1")
    ('GOOD', 'LEAK', None, None)
    """
    words = known_words()
    tokens = [token for token in tokens_of(name) if not token.isdecimal()]
    phrase = " ".join(tokens)
    if phrase in words.good_phrases:
        return Label.GOOD
    if phrase in words.leak_phrases:
        return Label.LEAK
    said = set(tokens)
    if said & words.forbidding or bool(said & words.good) == bool(said & words.leak):
        return None
    return Label.GOOD if said & words.good else Label.LEAK


def _unaccented(token: str) -> str:
    """The same without accents on Latin letters; elsewhere a mark makes another letter."""
    if not any("à" <= sign <= "ż" for sign in token):
        return token
    parts = unicodedata.normalize("NFKD", token)
    return "".join(sign for sign in parts if not unicodedata.combining(sign))

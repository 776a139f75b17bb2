"""The cursor of a list: an opaque text that says after which decision the next page begins."""

import base64
import binascii
import re
from typing import NamedTuple

from service.contract.errors import MalformedField

FORM = re.compile(rb"1:(-?[0-9]{1,18}):([0-9]{1,18})")
LONGEST = 64


class Cursor(NamedTuple):
    """The place of the last decision on a page."""

    at: int
    sequence: int

    def __str__(self) -> str:
        """Write the cursor as it goes into a URL."""
        return base64.urlsafe_b64encode(b"1:%d:%d" % self).decode().rstrip("=")


def parse_cursor(text: str) -> Cursor:
    """Read a cursor that a page has given.

    Raises:
        MalformedField: no page has given it.
    """
    try:
        plain = base64.b64decode(text.encode() + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        plain = b""
    form = FORM.fullmatch(plain)
    if len(text) > LONGEST or form is None:
        raise MalformedField("cursor: not one that a page has given: use next_cursor as it is, or leave it out")
    return Cursor(int(form[1]), int(form[2]))

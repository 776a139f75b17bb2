"""What a caller of the service hears, brought to one form."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import httpx


class Answer(NamedTuple):
    """One answer: ``said`` is the status with verdict and reason, or with the kind of problem."""

    said: str
    verdict: object
    alarm: object
    body: dict[str, Any]


def answers_in(status: int, body: dict[str, Any]) -> Iterator[Answer]:
    """Yield each answer in a body: one, or one a crop of a batch."""
    for item in body.get("results", [body]):
        if status == httpx.codes.OK:
            said = f"200 {item['verdict']}: {item['reason']}"
        else:
            said = f"{status} {item['type'].rpartition(':')[2]}"
        yield Answer(said, item["verdict"], item["alarm"], item)

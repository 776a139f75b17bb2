"""Do all contenders answer what is asked? Every body is a crop, or a frame of crops, of good wells."""

import http.client
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.perf.load import Load

GOOD = "no_leak"


def share_of_good(load: Load, port: int) -> float:
    """Post every body once; return the share of crops that are answered with ``no_leak``, as they should be.

    Raises:
        RuntimeError: an answer was not 200.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        bodies = sorted(load.folder.iterdir())
        verdicts = [verdict for body in bodies for verdict in _verdicts(connection, load, body)]
    finally:
        connection.close()
    return verdicts.count(GOOD) / (load.crops * len(bodies))


def _verdicts(connection: http.client.HTTPConnection, load: Load, body: Path) -> list[str]:
    connection.request("POST", load.path, body.read_bytes(), {"Content-Type": load.content_type})
    answer = connection.getresponse()
    content = answer.read()
    if answer.status != http.HTTPStatus.OK:
        raise RuntimeError(f"{load.path}: {answer.status} for {body.name}: {content[:300]!r}")
    return verdicts_of(json.loads(content))


def verdicts_of(answer: Mapping[str, object] | Sequence[object]) -> list[str]:
    """The verdicts of an answer to one crop, or to a frame."""
    results = answer.get("results", [answer]) if isinstance(answer, Mapping) else answer
    return [str(result["verdict"]) for result in results if isinstance(result, dict)]  # type: ignore[attr-defined]

"""Within which time an incident is seen in the event stream, on the page, in a metric and in an alert: as stated."""

import re
from pathlib import Path
from typing import NamedTuple

RUNBOOK = Path(__file__).resolve().parents[2] / "docs" / "runbook.md"
ROW = re.compile(r"^\| ([a-z ]+) \| (`.+) \| (`.+) \| (`.+) \| (`.+) \|$", re.MULTILINE)
CELL = re.compile(r"`(.+)` within (.+)")
TERM = re.compile(r"(\d+) (s|interval|window)s?")


class Pace(NamedTuple):
    """Seconds of an interval and of a window of drift, and by how much Prometheus and its rules are hastened."""

    interval_s: float
    window_s: float
    haste: float


class Sighting(NamedTuple):
    """The name under which something is seen, and the seconds that may take."""

    name: str
    within_s: float


class Stated(NamedTuple):
    """What the runbook says of one incident."""

    stream: Sighting
    page: Sighting
    metric: Sighting
    alert: Sighting


def stated(pace: Pace) -> dict[str, Stated]:
    """Read the runbook's table, by incident."""
    hastened = (1.0, 1.0, pace.haste, pace.haste)
    return {
        incident: Stated(*(_sighting(cell, pace, haste) for cell, haste in zip(cells, hastened, strict=True)))
        for incident, *cells in ROW.findall(RUNBOOK.read_text())
    }


def _sighting(cell: str, pace: Pace, haste: float) -> Sighting:
    match = CELL.fullmatch(cell)
    assert match is not None, cell
    sizes = {"s": 1 / haste, "interval": pace.interval_s, "window": pace.window_s}
    terms = match[2].split(" + ")
    parsed = [TERM.fullmatch(term) for term in terms]
    assert all(parsed), cell
    return Sighting(match[1], sum(int(term[1]) * sizes[term[2]] for term in parsed if term))

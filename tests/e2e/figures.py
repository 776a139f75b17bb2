"""How many decisions there were, by camera and verdict: as Prometheus counted them, and as the record lists them."""

import csv
import io
from collections import Counter

import httpx

from tests.e2e.running_service import RunningService
from tests.e2e.watched import Watched

Figures = Counter[tuple[str, str]]


def counted(watched: Watched) -> Figures:
    """As Prometheus knows them."""
    found = watched.query("leak_inspection_decisions_total > 0")
    values = [(series["metric"], int(series["value"][1])) for series in found]
    return Counter({(metric["camera_id"], metric["verdict"]): value for metric, value in values})


def listed(service: RunningService) -> Figures:
    """As ``/v1/decisions`` lists them."""
    answer = httpx.get(f"{service.address}/v1/decisions", params={"format": "csv"}, timeout=60)
    rows = csv.DictReader(io.StringIO(answer.raise_for_status().text))
    return Counter((row["camera_id"] or "other", row["verdict"]) for row in rows)


def by_verdict(figures: Figures) -> Counter[str]:
    """Over all cameras."""
    total: Counter[str] = Counter()
    for (_, verdict), count in figures.items():
        total[verdict] += count
    return total

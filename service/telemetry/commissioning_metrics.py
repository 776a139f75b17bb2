"""How many cameras are armed, and how many wait for somebody to commission them, as metrics."""

from collections.abc import Callable, Mapping
from functools import partial

from prometheus_client import CollectorRegistry, Gauge

STATES = ("armed", "unarmed", "outdated")


class CommissioningMetrics:
    """One gauge with a series a state, read when the metrics are."""

    def __init__(self, registry: CollectorRegistry, counts: Callable[[], Mapping[str, int]]) -> None:
        gauge = Gauge(
            "leak_inspection_cameras",
            "Cameras by commissioning; outdated: armed with another artefact, or before a milder leak was reviewed.",
            ["commissioning"],
            registry=registry,
        )
        for state in STATES:
            gauge.labels(state).set_function(partial(_count, counts, state))


def _count(counts: Callable[[], Mapping[str, int]], state: str) -> float:
    return counts().get(state, 0)

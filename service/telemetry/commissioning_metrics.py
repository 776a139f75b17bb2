"""How many cameras are armed, how many wait for somebody to commission them, and by which cuts, as metrics."""

from collections.abc import Callable, Mapping
from functools import partial
from hashlib import sha256

from prometheus_client import CollectorRegistry, Gauge

STATES = ("armed", "unarmed", "outdated")


class CommissioningMetrics:
    """One gauge with a series a state, and one number that is another one for other cuts; read when the metrics are."""

    def __init__(
        self,
        registry: CollectorRegistry,
        counts: Callable[[], Mapping[str, int]],
        own_cuts: Callable[[], Mapping[str, float]],
    ) -> None:
        gauge = Gauge(
            "leak_inspection_cameras",
            "Cameras by commissioning; outdated: armed with another artefact, or before a milder leak was reviewed.",
            ["commissioning"],
            registry=registry,
        )
        for state in STATES:
            gauge.labels(state).set_function(partial(_count, counts, state))
        number = Gauge(
            "leak_inspection_camera_cuts_fingerprint",
            "A number drawn from all cuts of cameras' own, equal where they are; 0 where no camera has one.",
            registry=registry,
        )
        number.set_function(lambda: fingerprint(own_cuts()))


def fingerprint(cuts: Mapping[str, float]) -> int:
    """Draw 48 bits from cuts by camera, which a float holds exactly."""
    said = "".join(f"{camera_id}={cut!r}\n" for camera_id, cut in sorted(cuts.items()))
    return int(sha256(said.encode()).hexdigest()[:12], 16) if cuts else 0


def _count(counts: Callable[[], Mapping[str, int]], state: str) -> float:
    return counts().get(state, 0)

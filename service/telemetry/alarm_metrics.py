"""How many alarms there are, as metrics, against what one operator can bear."""

from collections.abc import Callable
from functools import partial

from prometheus_client import CollectorRegistry, Gauge

FIGURES = {
    "average_an_hour": ("alarms_per_hour", "Alarms raised an hour, on average over the last 24 hours; bearable: 6."),
    "last_hour": ("alarms_last_hour", "Alarms raised in the last hour."),
    "peak": ("alarms_peak", "Most alarms in any ten minutes of the last 24 hours; bearable: 10."),
    "standing": ("standing_alarms", "Alarms that are not over; bearable: 5."),
    "chattering": ("chattering_alarms", "Alarms that came three times within a minute; there should be none."),
}


class AlarmMetrics:
    """One gauge a figure, read when the metrics are; ``figures`` counts (``service.monitoring.alarms.figures``)."""

    def __init__(self, registry: CollectorRegistry, figures: Callable[[], object]) -> None:
        for name, (metric, text) in FIGURES.items():
            gauge = Gauge(f"leak_inspection_{metric}", text, registry=registry)
            gauge.set_function(partial(_figure, figures, name))


def _figure(figures: Callable[[], object], name: str) -> float:
    return float(getattr(figures(), name))

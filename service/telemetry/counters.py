"""Metrics for the hot path: plain numbers, made into Prometheus's own only when somebody asks."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString


class Buckets:
    """How many values fell into each bucket, and their sum; for the event loop's thread alone, which needs no lock."""

    __slots__ = ("_bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def observe(self, value: float) -> None:
        """Count a finite value; a bucket holds its upper bound."""
        self.counts[bisect_left(self._bounds, value)] += 1
        self.total += value


class HistogramFamily(Collector):
    """One histogram in the registry, with buckets for each of the values of its label, or for none."""

    def __init__(
        self,
        registry: CollectorRegistry,
        name: str,
        text: str,
        bounds: Sequence[float],
        label: str | None = None,
        values: Sequence[str] = ("",),
    ) -> None:
        self._name = name
        self._text = text
        self._labels = [] if label is None else [label]
        shown = (floatToGoString(bound) for bound in bounds)  # type: ignore[no-untyped-call]  # it has no types
        self._bounds = [*shown, "+Inf"]
        self.of = {value: Buckets(bounds) for value in values}
        registry.register(self)

    @property
    def only(self) -> Buckets:
        """The buckets of a histogram without a label."""
        return self.of[""]

    def collect(self) -> Iterator[HistogramMetricFamily]:
        """Give Prometheus what it counts: buckets that include all smaller ones."""
        family = HistogramMetricFamily(self._name, self._text, labels=self._labels)
        for value, histogram in self.of.items():
            buckets = list(zip(self._bounds, accumulate(map(float, histogram.counts)), strict=True))
            family.add_metric([value] if self._labels else [], buckets, histogram.total)
        yield family


class CounterFamily(Collector):
    """One counter in the registry, with a number for each combination of label values that was ever counted.

    Args:
        registry: where it is registered.
        name: without ``_total``.
        text: what it counts.
        labels: their names.
        known: combinations of values that stand there from the start, at 0.
    """

    def __init__(
        self,
        registry: CollectorRegistry,
        name: str,
        text: str,
        labels: Sequence[str],
        known: Iterable[tuple[object, ...]],
    ) -> None:
        self._name = name
        self._text = text
        self._labels = labels
        self._of: dict[tuple[object, ...], int] = dict.fromkeys(known, 0)
        registry.register(self)

    def inc(self, *values: object) -> None:
        """Count one more; for the event loop's thread alone, which needs no lock."""
        self._of[values] = self._of.get(values, 0) + 1

    def collect(self) -> Iterator[CounterMetricFamily]:
        family = CounterMetricFamily(self._name, self._text, labels=self._labels)
        for values, count in self._of.items():
            family.add_metric([str(value) for value in values], count)
        yield family

"""ServiceMetrics of the hot path show Prometheus what its own would."""

import random
from itertools import product

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from service.telemetry.counters import CounterFamily, HistogramFamily
from service.telemetry.metrics import ServiceMetrics

BOUNDS = (0.001, 0.25, 1.0, 50.0)
Samples = set[tuple[str, tuple[tuple[str, str], ...], float]]


def samples(registry: CollectorRegistry) -> Samples:
    return {
        (sample.name, tuple(sorted(sample.labels.items())), sample.value)
        for family in text_string_to_metric_families(generate_latest(registry).decode())
        for sample in family.samples
        if not sample.name.endswith("_created")
    }


def test_a_tally_reads_like_the_histogram_of_the_client_library() -> None:
    ours, theirs = CollectorRegistry(), CollectorRegistry()
    family = HistogramFamily(ours, "stage_seconds", "Time.", BOUNDS, "stage", ("decode", "score"))
    histogram = Histogram("stage_seconds", "Time.", ["stage"], buckets=BOUNDS, registry=theirs)
    draw = random.Random(0)
    for _ in range(500):
        stage, value = draw.choice(["decode", "score"]), draw.choice([0.0, *BOUNDS, draw.uniform(0, 100)])
        family.of[stage].observe(value)
        histogram.labels(stage).observe(value)
    assert samples(ours) == samples(theirs)


def test_what_has_no_label_has_one_set_of_buckets_and_is_there_from_the_start() -> None:
    ours, theirs = CollectorRegistry(), CollectorRegistry()
    buckets = HistogramFamily(ours, "sizes", "Sizes.", BOUNDS).only
    histogram = Histogram("sizes", "Sizes.", buckets=BOUNDS, registry=theirs)
    assert samples(ours) == samples(theirs)
    buckets.observe(0.25)
    histogram.observe(0.25)
    assert samples(ours) == samples(theirs)


def test_counts_read_like_the_counter_of_the_client_library() -> None:
    ours, theirs = CollectorRegistry(), CollectorRegistry()
    counts = CounterFamily(ours, "requests", "Requests.", ["path", "code"], product(("a", "b"), (200, 404)))
    counter = Counter("requests", "Requests.", ["path", "code"], registry=theirs)
    for path, code in product(("a", "b"), (200, 404)):
        counter.labels(path, code)
    assert samples(ours) == samples(theirs)
    for path, code in (("a", 200), ("a", 200), ("b", 418)):
        counts.inc(path, code)
        counter.labels(path, code).inc()
    assert samples(ours) == samples(theirs)


def test_the_requests_in_flight_are_shown_as_they_go_up_and_down() -> None:
    registry = CollectorRegistry()
    metrics = ServiceMetrics(registry, "0", "0", {})
    metrics.in_flight += 2
    metrics.in_flight -= 1
    assert registry.get_sample_value("leak_inspection_in_flight_requests") == 1

"""The metrics of one process, each child cached where the hot path needs it."""

from collections.abc import Mapping
from time import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Info, disable_created_metrics, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from service.contract.decision import Decision
from service.contract.errors import DeadlineExceeded, JournalUnavailable, NotReady, Overloaded, ShareTaken
from service.telemetry.camera_metrics import CameraMetrics
from service.telemetry.counters import CounterFamily, HistogramFamily
from service.telemetry.record_metrics import RecordMetrics

REQUEST_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0)
STAGE_BUCKETS_S = (1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 2.5e-2, 5e-2, 1e-1)
BATCH_BUCKETS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
CODES = (200, 400, 401, 403, 404, 405, 408, 413, 415, 421, 422, 429, 499, 500, 503, 504)
STAGES = ("decode", "gate", "score")
SHED: dict[type[Exception], str] = {
    Overloaded: "queue_full",
    ShareTaken: "queue_full",
    DeadlineExceeded: "deadline",
    NotReady: "not_ready",
    JournalUnavailable: "journal_unavailable",
}
disable_created_metrics()  # type: ignore[no-untyped-call]  # series that no rule reads and every scrape would carry
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class ServiceMetrics:
    """Counts what is answered; ``intervals_s`` are the configured cameras, with the time between two pictures."""

    def __init__(
        self, registry: CollectorRegistry, version: str, revision: str, intervals_s: Mapping[str, float]
    ) -> None:
        self.registry = registry
        self.cameras = CameraMetrics(registry, intervals_s, time())
        self.record = RecordMetrics(registry)
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        GCCollector(registry=registry)
        Info("leak_inspection_build", "The running software.", registry=registry).info(
            {"version": version, "revision": revision}
        )
        self._model = Gauge(
            "leak_inspection_model_info",
            "The active artefact.",
            ["name", "artifact", "artifact_sha256"],
            registry=registry,
        )
        self.ready = Gauge("leak_inspection_ready", "1 while readiness is green.", registry=registry)
        self.wanted_replicas = Gauge(
            "leak_inspection_wanted_replicas", "How many replicas should run, as configured.", registry=registry
        )
        self._self_test = Gauge(
            "leak_inspection_self_test_success", "1 while the last self-test passed.", registry=registry
        )
        self._self_test_at = Gauge(
            "leak_inspection_self_test_timestamp_seconds", "When the last self-test ended.", registry=registry
        )
        self._requests = CounterFamily(
            registry, "leak_inspection_requests", "Requests by status code.", ["code"], ((code,) for code in CODES)
        )
        self._duration = HistogramFamily(
            registry,
            "leak_inspection_request_duration_seconds",
            "From the first byte of a request to the last of its answer.",
            REQUEST_BUCKETS_S,
        ).only
        self.in_flight = 0
        in_flight = Gauge("leak_inspection_in_flight_requests", "Requests being worked on.", registry=registry)
        in_flight.set_function(lambda: self.in_flight)
        stages = HistogramFamily(
            registry,
            "leak_inspection_stage_duration_seconds",
            "Time of one crop in each stage.",
            STAGE_BUCKETS_S,
            "stage",
            STAGES,
        )
        self._decode, self._gate, self._score = stages.of.values()
        self.batch_sizes = HistogramFamily(
            registry, "leak_inspection_batch_size_images", "Crops judged and recorded together.", BATCH_BUCKETS
        ).only
        shed = Counter("leak_inspection_shed_requests", "Requests refused unseen.", ["reason"], registry=registry)
        self.refused = 0
        """Requests for which there was no place or no time."""
        self._shed = {error: shed.labels(reason) for error, reason in SHED.items()}

    def request_ended(self, status: int, elapsed_s: float | None) -> None:
        """Count a request at its end, and its time where that was not the caller's choice."""
        self._requests.inc(status)
        if elapsed_s is not None:
            self._duration.observe(elapsed_s)

    def shed(self, error: Exception) -> None:
        """Count a request that is refused for what the service is, not for what the request is."""
        counter = self._shed.get(type(error))
        if counter is not None:
            counter.inc()
        if isinstance(error, Overloaded | DeadlineExceeded):
            self.refused += 1

    def decided(self, decision: Decision) -> None:
        self.cameras.decided(decision)
        timing = decision.timing_ms
        self._decode.observe(timing.decode / 1000)
        self._gate.observe(timing.gate / 1000)
        self._score.observe(timing.score / 1000)

    def self_tested(self, *, ok: bool) -> None:
        """State the result of a self-test, and its time."""
        self._self_test.set(ok)
        self._self_test_at.set_to_current_time()

    def model_changed(self, name: str, artifact: str, artifact_sha256: str) -> None:
        """State the artefact that is served from now on."""
        self._model.clear()
        self._model.labels(name, artifact, artifact_sha256).set(1)

    def exposition(self) -> bytes:
        """Render everything in Prometheus's text format."""
        return generate_latest(self.registry)

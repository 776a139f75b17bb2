"""The metrics of one process, each child cached where the hot path needs it."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from service.contract.decision import Decision, Verdict

REQUEST_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0)
STAGE_BUCKETS_S = (1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 2.5e-2, 5e-2, 1e-1)
RATIO_BUCKETS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0)
CODES = (200, 400, 401, 403, 404, 405, 413, 415, 422, 499, 500, 503, 504)
STAGES = ("decode", "gate", "score")
OTHER = "other"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """Counts what is answered; ``cameras`` are the known camera ids, every other one is counted under ``other``."""

    def __init__(self, registry: CollectorRegistry, version: str, cameras: tuple[str, ...] = ()) -> None:
        self._registry = registry
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        GCCollector(registry=registry)
        Info("leak_inspection_build", "The running software.", registry=registry).info({"version": version})
        self.journal_failures = Counter(
            "leak_inspection_audit_write_failures", "Groups of decisions that could not be written.", registry=registry
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
        requests = Counter("leak_inspection_requests", "Requests by status code.", ["code"], registry=registry)
        self._requests = {code: requests.labels(str(code)) for code in CODES}
        self._requests_parent = requests
        self._duration = Histogram(
            "leak_inspection_request_duration_seconds",
            "From the first byte of a request to the last of its answer.",
            buckets=REQUEST_BUCKETS_S,
            registry=registry,
        )
        self.in_flight = Gauge("leak_inspection_in_flight_requests", "Requests being worked on.", registry=registry)
        stages = Histogram(
            "leak_inspection_stage_duration_seconds",
            "Time of one crop in each stage.",
            ["stage"],
            buckets=STAGE_BUCKETS_S,
            registry=registry,
        )
        self._stages = [stages.labels(stage) for stage in STAGES]
        decisions = Counter(
            "leak_inspection_decisions", "Decisions by camera and verdict.", ["camera_id", "verdict"], registry=registry
        )
        ratios = Histogram(
            "leak_inspection_score_threshold_ratio",
            "Score divided by threshold: 1 and more is a leak.",
            ["camera_id"],
            buckets=RATIO_BUCKETS,
            registry=registry,
        )
        known = (*cameras, OTHER)
        self._decisions = {
            (camera, verdict): decisions.labels(camera, verdict) for camera in known for verdict in Verdict
        }
        self._ratios = {camera: ratios.labels(camera) for camera in known}

    def request_ended(self, status: int, elapsed_s: float) -> None:
        """Count a request at its end."""
        counter = self._requests.get(status)
        if counter is None:
            counter = self._requests_parent.labels(str(status))
        counter.inc()
        self._duration.observe(elapsed_s)

    def decided(self, decision: Decision) -> None:
        """Count a decision."""
        camera = decision.camera_id if decision.camera_id in self._ratios else OTHER
        self._decisions[camera, decision.verdict].inc()
        if decision.score_ratio is not None:
            self._ratios[camera].observe(decision.score_ratio)
        timing = decision.timing_ms
        for child, milliseconds in zip(self._stages, (timing.decode, timing.gate, timing.score), strict=True):
            child.observe(milliseconds / 1000)

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
        return generate_latest(self._registry)

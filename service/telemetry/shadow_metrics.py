"""The metrics of the shadow model: what it costs, and by camera how it differs from what is served."""

from collections.abc import Mapping
from itertools import product
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge

from service.contract.decision import Decision, ServedModel, Verdict
from service.telemetry.camera_metrics import OTHER
from service.telemetry.counters import CounterFamily, HistogramFamily

QUOTIENT_BUCKETS = (0.25, 0.5, 0.67, 0.8, 0.9, 0.95, 1.0, 1.05, 1.1, 1.25, 1.5, 2.0, 4.0)


class ShadowCost(Protocol):
    """What the shadow's worker has done since it began."""

    @property
    def dropped(self) -> int: ...
    @property
    def failed(self) -> int: ...
    @property
    def cpu_s(self) -> float: ...


class ShadowMetrics:
    """Counts the shadow's pictures; a camera that is not configured is counted under ``other``."""

    def __init__(self, registry: CollectorRegistry, cameras: Mapping[str, object]) -> None:
        self._cameras = frozenset(cameras)
        known = (*cameras, OTHER)
        self._info = Gauge(
            "leak_inspection_shadow_info",
            "The artefact that judges beside the served one.",
            ["name", "artifact", "artifact_sha256"],
            registry=registry,
        )
        self._verdicts = CounterFamily(
            registry,
            "leak_inspection_shadow_verdicts",
            "Pictures that the shadow model judged too, by camera and both verdicts.",
            ["camera_id", "served", "shadow"],
            product(known, Verdict, Verdict),
        )
        self._quotients = HistogramFamily(
            registry,
            "leak_inspection_shadow_ratio_quotient",
            "Score by threshold of the shadow model, divided by the served one's of the same picture.",
            QUOTIENT_BUCKETS,
            "camera_id",
            known,
        ).of
        lost = Counter(
            "leak_inspection_shadow_lost_pictures",
            "Pictures that the shadow model should have judged: dropped from a full queue, or failed.",
            ["why"],
            registry=registry,
        )
        self._dropped, self._failed = lost.labels("dropped"), lost.labels("failed")
        self._cpu_s = Counter(
            "leak_inspection_shadow_cpu_seconds", "Processor time of the shadow model's thread.", registry=registry
        )
        self._counted = (0, 0, 0.0)

    def started(self, model: ServedModel) -> None:
        """State the artefact that judges from now on."""
        self._info.clear()
        self._info.labels(model.name, model.artifact, model.artifact_sha256).set(1)
        self._counted = (0, 0, 0.0)

    def ended(self) -> None:
        """State that none does."""
        self._info.clear()

    def judged(self, served: Decision, shadow: Decision) -> None:
        """Count a picture that both have judged."""
        camera = served.camera_id if served.camera_id in self._cameras else OTHER
        self._verdicts.inc(camera, served.verdict, shadow.verdict)
        if served.score_ratio and shadow.score_ratio is not None:
            self._quotients[camera or OTHER].observe(shadow.score_ratio / served.score_ratio)

    def cost(self, cost: ShadowCost) -> None:
        """Count what the worker has done since it was last asked."""
        now = cost.dropped, cost.failed, cost.cpu_s
        counters = self._dropped, self._failed, self._cpu_s
        for counter, value, before in zip(counters, now, self._counted, strict=True):
            counter.inc(value - before)
        self._counted = now

"""The metrics of each camera; a camera that is not configured is counted under ``other``."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from functools import partial
from itertools import product
from types import MappingProxyType

from prometheus_client import CollectorRegistry, Counter, Gauge

from service.contract.decision import LEAK_DESPITE, Decision, Reason, Verdict
from service.telemetry.counters import CounterFamily, HistogramFamily

RATIO_BUCKETS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0)
OTHER = "other"
CERTAIN = frozenset({Reason.SCORE_BELOW_THRESHOLD, Reason.SCORE_AT_OR_ABOVE_THRESHOLD})
DOUBT = MappingProxyType({leak: doubt for doubt, leak in LEAK_DESPITE.items()})
"""The doubt about the picture, by the reason of a leak found despite it."""

FAULTS = tuple(reason for reason in Reason if reason not in CERTAIN and reason not in DOUBT)
DRIFT_FIGURES = ("score", "brightness", "contrast", "sharpness")


class CameraMetrics:
    """Counts and gauges with the label ``camera_id``, each initialised for every configured camera.

    Args:
        registry: where they are registered.
        intervals_s: by configured camera, the seconds expected between two pictures of a well.
        now: the time of the start, which counts as the last picture of a camera that never sent one.
    """

    def __init__(self, registry: CollectorRegistry, intervals_s: Mapping[str, float], now: float) -> None:
        known = (*intervals_s, OTHER)
        self._decisions = CounterFamily(
            registry,
            "leak_inspection_decisions",
            "Decisions by camera and verdict.",
            ["camera_id", "verdict"],
            product(known, Verdict),
        )
        faults = _counter(
            registry,
            "input_faults",
            "Decisions that are unknown, by reason, and leaks found despite a doubt, by that.",
            "fault",
        )
        alarms = _counter(registry, "alarms", "Alarms raised, after confirmation.")
        self._open_alarms = _gauge(registry, "open_alarms", "Alarms that nobody has acknowledged.")
        self._silent = _gauge(registry, "camera_silent", "1 while a camera sends less than is expected of it.")
        self._silent_wells = _gauge(registry, "silent_wells", "Wells that are missing from the frames of a camera.")
        last = _gauge(registry, "last_image_timestamp_seconds", "When the last picture was judged.")
        expected = _gauge(registry, "expected_image_interval_seconds", "Time between two pictures of a well.")
        self._clock = _gauge(registry, "camera_clock_offset_seconds", "The camera's clock minus the service's.")
        self._drift = _gauge(
            registry, "drift_limit_ratio", "Drift index divided by its limit: above 1 is drift.", "figure"
        )
        self._evidence = _gauge(
            registry, "shift_evidence_ratio", "Evidence that scores of good wells have shifted: 1 raises the alarm."
        )
        self._shifted = _gauge(registry, "camera_shifted", "1 from a shift until a person accepts it.")
        self._ratios = HistogramFamily(
            registry,
            "leak_inspection_score_threshold_ratio",
            "Score divided by threshold: 1 and more is a leak.",
            RATIO_BUCKETS,
            "camera_id",
            known,
        ).of
        self._faults = {(camera, fault): faults.labels(camera, fault) for camera in known for fault in FAULTS}
        self._alarms = {camera: alarms.labels(camera) for camera in known}
        self._last = dict.fromkeys(intervals_s, datetime.fromtimestamp(now, UTC))
        for camera, interval_s in intervals_s.items():
            expected.labels(camera).set(interval_s)
            last.labels(camera).set_function(partial(self._last_image, camera))
            for gauge in (
                self._open_alarms,
                self._silent,
                self._silent_wells,
                self._clock,
                self._evidence,
                self._shifted,
            ):
                gauge.labels(camera).set(0)
            for figure in DRIFT_FIGURES:
                self._drift.labels(camera, figure).set(0)

    def decided(self, decision: Decision) -> None:
        """Count a decision, and note that its camera sends."""
        camera = decision.camera_id if decision.camera_id in self._ratios else OTHER
        self._decisions.inc(camera, decision.verdict)
        if decision.score_ratio is not None:
            self._ratios[camera].observe(decision.score_ratio)
        fault = DOUBT.get(decision.reason, decision.reason)
        if fault not in CERTAIN:
            self._faults[camera, fault].inc()
        if camera in self._last:
            self._last[camera] = decision.received_at

    def alarm_raised(self, camera_id: str | None) -> None:
        self._alarms[self._known(camera_id)].inc()

    def follow_alarms(self, counts: Mapping[str | None, int]) -> None:
        """Show how many alarms of each camera wait for an operator, from a mapping that changes with them."""
        for camera in self._last:
            self._open_alarms.labels(camera).set_function(partial(_count_of, counts, camera))
        self._open_alarms.labels(OTHER).set_function(
            lambda: sum(count for camera_id, count in counts.items() if camera_id not in self._last)
        )

    def silent(self, cameras: Collection[str]) -> None:
        """State which of the configured cameras are silent."""
        for camera in self._last:
            self._silent.labels(camera).set(camera in cameras)

    def wells_silent(self, counts: Mapping[str, int]) -> None:
        """State how many wells of each configured camera are silent while it sends; one that is absent has none."""
        for camera in self._last:
            self._silent_wells.labels(camera).set(counts.get(camera, 0))

    def clock_offset(self, camera_id: str | None, offset_s: float) -> None:
        """State how far a camera's clock is ahead of the service's."""
        self._clock.labels(self._known(camera_id)).set(offset_s)

    def drift(self, camera_id: str | None, figure: str, ratio: float) -> None:
        """State a figure's drift index as a multiple of its limit."""
        self._drift.labels(self._known(camera_id), figure).set(ratio)

    def shift(self, camera_id: str, ratio: float, *, shifted: bool) -> None:
        """State the evidence of a shift of a configured camera, and whether one stands; of others the page tells."""
        if camera_id in self._last:
            self._evidence.labels(camera_id).set(ratio)
            self._shifted.labels(camera_id).set(shifted)

    def _last_image(self, camera: str) -> float:
        return self._last[camera].timestamp()

    def _known(self, camera_id: str | None) -> str:
        return camera_id if camera_id is not None and camera_id in self._last else OTHER


def _counter(registry: CollectorRegistry, name: str, text: str, *labels: str) -> Counter:
    return Counter(f"leak_inspection_{name}", text, ["camera_id", *labels], registry=registry)


def _gauge(registry: CollectorRegistry, name: str, text: str, *labels: str) -> Gauge:
    return Gauge(f"leak_inspection_{name}", text, ["camera_id", *labels], registry=registry)


def _count_of(counts: Mapping[str | None, int], camera_id: str) -> float:
    return counts.get(camera_id, 0)

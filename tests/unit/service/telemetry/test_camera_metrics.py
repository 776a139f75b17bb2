from datetime import UTC, datetime
from itertools import count

import pytest
from prometheus_client import CollectorRegistry

from service.contract.decision import Decision, Reason, ServedModel, Timing, Verdict
from service.telemetry.camera_metrics import CameraMetrics

STARTED = 1000.0
RECEIVED = datetime(2026, 5, 4, 10, 11, 12, tzinfo=UTC)
ids = count()


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def metrics(registry: CollectorRegistry) -> CameraMetrics:
    return CameraMetrics(registry, {"cam-1": 0.25, "cam-2": 10.0}, STARTED)


def value(registry: CollectorRegistry, name: str, **labels: str) -> float | None:
    return registry.get_sample_value(f"leak_inspection_{name}", labels)


def decision(camera_id: str | None, verdict: Verdict, reason: Reason, ratio: float | None = None) -> Decision:
    return Decision(
        decision_id=str(next(ids)),
        verdict=verdict,
        alarm=verdict is not Verdict.NO_LEAK,
        reason=reason,
        score=ratio,
        threshold=1.0,
        score_ratio=ratio,
        camera_id=camera_id,
        well_id=None,
        cast_id=None,
        captured_at=None,
        received_at=RECEIVED,
        answered_at=RECEIVED,
        model=ServedModel("small", "small-1", "0" * 64, "0.1.0"),
        image_sha256="0" * 64,
        request_id="r",
        batch_size=1,
        batch_index=0,
        picture=None,
        timing_ms=Timing(0, 0, 0, 0),
    )


@pytest.mark.usefixtures("metrics")
def test_every_known_series_stands_at_nought_before_the_first_picture(registry: CollectorRegistry) -> None:
    for camera in ("cam-1", "cam-2", "other"):
        for verdict in Verdict:
            assert value(registry, "decisions_total", camera_id=camera, verdict=verdict) == 0
        assert value(registry, "input_faults_total", camera_id=camera, fault="input_black") == 0
        assert value(registry, "alarms_total", camera_id=camera) == 0
    assert value(registry, "camera_silent", camera_id="cam-1") == 0
    assert value(registry, "drift_limit_ratio", camera_id="cam-1", figure="score") == 0


def test_silence_is_counted_from_the_start_until_a_camera_sends(
    registry: CollectorRegistry, metrics: CameraMetrics
) -> None:
    assert value(registry, "expected_image_interval_seconds", camera_id="cam-2") == 10.0
    assert value(registry, "last_image_timestamp_seconds", camera_id="cam-1") == STARTED
    metrics.decided(decision("cam-1", Verdict.NO_LEAK, Reason.SCORE_BELOW_THRESHOLD, 0.5))
    assert value(registry, "last_image_timestamp_seconds", camera_id="cam-1") == RECEIVED.timestamp()
    assert value(registry, "last_image_timestamp_seconds", camera_id="cam-2") == STARTED


@pytest.mark.parametrize("camera_id", ["camera-of-an-attacker", None])
def test_a_camera_that_is_not_configured_makes_no_series(
    registry: CollectorRegistry, metrics: CameraMetrics, camera_id: str | None
) -> None:
    before = len(list(registry.collect()))
    metrics.decided(decision(camera_id, Verdict.LEAK, Reason.SCORE_AT_OR_ABOVE_THRESHOLD, 2.0))
    metrics.alarm_raised(camera_id)
    assert value(registry, "decisions_total", camera_id="other", verdict="leak") == 1
    assert value(registry, "alarms_total", camera_id="other") == 1
    assert value(registry, "score_threshold_ratio_count", camera_id="other") == 1
    assert len(list(registry.collect())) == before


def test_an_unknown_is_counted_by_its_reason(registry: CollectorRegistry, metrics: CameraMetrics) -> None:
    metrics.decided(decision("cam-1", Verdict.UNKNOWN, Reason.FROZEN))
    assert value(registry, "input_faults_total", camera_id="cam-1", fault="frozen") == 1
    assert value(registry, "score_threshold_ratio_count", camera_id="cam-1") == 0


def test_gauges_state_what_they_are_told(registry: CollectorRegistry, metrics: CameraMetrics) -> None:
    open_alarms = {"cam-1": 3, "stranger": 2, None: 1}
    metrics.follow_alarms(open_alarms)
    metrics.silent({"cam-1", "stranger"})
    metrics.wells_silent({"cam-1": 2})
    metrics.clock_offset("cam-1", -1.5)
    metrics.drift("cam-1", "brightness", 1.25)
    assert value(registry, "open_alarms", camera_id="cam-1") == 3
    assert value(registry, "open_alarms", camera_id="other") == 3
    del open_alarms["cam-1"]
    assert value(registry, "open_alarms", camera_id="cam-1") == 0
    assert value(registry, "camera_silent", camera_id="cam-1") == 1
    assert value(registry, "camera_silent", camera_id="cam-2") == 0
    assert value(registry, "silent_wells", camera_id="cam-1") == 2
    assert value(registry, "silent_wells", camera_id="cam-2") == 0
    assert value(registry, "camera_clock_offset_seconds", camera_id="cam-1") == -1.5
    assert value(registry, "drift_limit_ratio", camera_id="cam-1", figure="brightness") == 1.25


def test_a_score_at_the_threshold_falls_into_the_bucket_that_ends_there(
    registry: CollectorRegistry, metrics: CameraMetrics
) -> None:
    metrics.decided(decision("cam-1", Verdict.LEAK, Reason.SCORE_AT_OR_ABOVE_THRESHOLD, 1.0))
    assert value(registry, "score_threshold_ratio_bucket", camera_id="cam-1", le="0.9") == 0
    assert value(registry, "score_threshold_ratio_bucket", camera_id="cam-1", le="1.0") == 1

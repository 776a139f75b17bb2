from prometheus_client import CollectorRegistry

from service.contract.decision import FrameFacts
from service.telemetry.frame_metrics import FrameMetrics

CAMERA = {"camera_id": "cam-1"}


def test_it_shows_how_the_last_frame_lies_and_counts_those_that_do_not() -> None:
    registry = CollectorRegistry()
    metrics = FrameMetrics(registry, ["cam-1"])

    def value(name: str) -> float | None:
        return registry.get_sample_value(f"leak_inspection_{name}", CAMERA)

    metrics.note("cam-1", FrameFacts("aa", -3.5, 0.1, 0.2, 0.97), misaligned=False)
    metrics.note("another", FrameFacts("aa", 9.0, 0.1, 0.2, 0.5), misaligned=True)
    assert (value("frame_shift_pixels"), value("frame_proof_ratio")) == (3.5, 0.97)
    assert (value("frames_total"), value("misaligned_frames_total")) == (1, 0)
    metrics.note("cam-1", FrameFacts("aa"), misaligned=True)
    assert (value("frame_shift_pixels"), value("frame_proof_ratio")) == (3.5, 0)
    assert (value("frames_total"), value("misaligned_frames_total")) == (2, 1)


def test_without_layouts_the_names_of_metrics_stand_there_without_a_figure() -> None:
    registry = CollectorRegistry()
    FrameMetrics(registry, []).note("cam-1", None, misaligned=True)
    families = [*registry.collect()]
    assert families
    assert not any(family.samples for family in families)

"""The metrics of whole frames, each with the label ``camera_id``."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge

from service.contract.decision import FrameFacts


class FrameMetrics:
    """How frames lie on their layouts; the names are there where no camera has one, too.

    Args:
        registry: where they are registered.
        cameras: those with a layout.
    """

    def __init__(self, registry: CollectorRegistry, cameras: Iterable[str]) -> None:
        self._cameras = frozenset(cameras)
        self._frames = Counter("leak_inspection_frames", "Whole frames that came.", ["camera_id"], registry=registry)
        self._misaligned = Counter(
            "leak_inspection_misaligned_frames",
            "Frames that do not lie on their layout, so that none of their wells was judged.",
            ["camera_id"],
            registry=registry,
        )
        self._shift = Gauge(
            "leak_inspection_frame_shift_pixels",
            "How far the last frame lies aside of its reference.",
            ["camera_id"],
            registry=registry,
        )
        self._proof = Gauge(
            "leak_inspection_frame_proof_ratio",
            "Share of the table's features that were found again on the last frame.",
            ["camera_id"],
            registry=registry,
        )
        for camera_id in self._cameras:
            for metric in (self._frames, self._misaligned):
                metric.labels(camera_id)

    def note(self, camera_id: str, facts: FrameFacts | None, *, misaligned: bool) -> None:
        """Count a frame and show how it lies; one of another size was not measured, and proves nothing."""
        if camera_id not in self._cameras:
            return
        self._frames.labels(camera_id).inc()
        self._misaligned.labels(camera_id).inc(misaligned)
        self._proof.labels(camera_id).set(facts.proof or 0.0 if facts is not None else 0.0)
        if facts is not None and facts.shift_px is not None:
            self._shift.labels(camera_id).set(abs(facts.shift_px))

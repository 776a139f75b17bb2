"""Cameras whose last frame does not lie on its layout: none of their wells is judged until it does again."""

from collections.abc import Iterable, Mapping

from prometheus_client import CollectorRegistry

from service.contract.decision import FrameFacts
from service.telemetry.frame_metrics import FrameMetrics

MISALIGNED = "misaligned"


class MisalignedCameras:
    """For the event loop's thread alone; only cameras with a layout come here, so they are few.

    Args:
        registry: for the metrics of frames.
        cameras: those with a layout.
    """

    def __init__(self, registry: CollectorRegistry, cameras: Iterable[str]) -> None:
        self._metrics = FrameMetrics(registry, cameras)
        self._problems: dict[str, str] = {}

    def note(self, camera_id: str, problem: str | None, facts: FrameFacts | None) -> None:
        """Remember what is wrong with the last frame of a camera, or None where it lies on its layout."""
        self._metrics.note(camera_id, facts, misaligned=problem is not None)
        if problem is None:
            self._problems.pop(camera_id, None)
        else:
            self._problems[camera_id] = problem

    def problems(self) -> Mapping[str, str]:
        """Say what is wrong, as an incident."""
        if not self._problems:
            return {}
        said = "; ".join(f"{camera_id}: {problem}" for camera_id, problem in sorted(self._problems.items()))
        return {MISALIGNED: f"{said}. Put the camera back and clean its window, or make its layout again"}

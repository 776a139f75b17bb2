"""The metrics of pulled streams, each with the label ``camera_id``."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge

COUNTERS = {
    "frames": "Frames that the reader of a stream got whole.",
    "dropped_frames": "Frames that were dropped, since a newer one came or they were too old to be judged.",
    "decode_errors": "Frames that could not be decoded.",
    "losses": "Gaps in what the network brought of a stream.",
    "reconnects": "How often a stream was opened again.",
}


class StreamMetrics:
    """Counts for the cameras that are pulled; the names are there where none is, too.

    Args:
        registry: where they are registered.
        cameras: those with a source.
    """

    def __init__(self, registry: CollectorRegistry, cameras: Iterable[str]) -> None:
        names = [*cameras]
        self._counters = {
            name: Counter(f"leak_inspection_stream_{name}", text, ["camera_id"], registry=registry)
            for name, text in COUNTERS.items()
        }
        self.age = Gauge(
            "leak_inspection_stream_frame_age_seconds",
            "Time since the last frame arrived, or since the start.",
            ["camera_id"],
            registry=registry,
        )
        for counter in self._counters.values():
            for camera_id in names:
                counter.labels(camera_id)

    def count(self, camera_id: str, counter: str, number: int = 1) -> None:
        """Add to one of ``COUNTERS``; what is not positive is passed over."""
        if number > 0:
            self._counters[counter].labels(camera_id).inc(number)

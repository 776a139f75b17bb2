"""What no single picture shows: a camera that repeats itself, or whose clock says something impossible."""

import math
import threading
from collections.abc import Sequence
from datetime import datetime

from service.contract.crop import Crop
from service.contract.decision import Reason
from service.monitoring.shown_pictures import Shown, ShownPictures

MOST_CAMERAS = 20_000
OFFSET_SMOOTHING = 0.02
NOWHERE = (None, None)


class FreshnessMonitor:
    """Compares each picture with the clock and with those before it, in a few microseconds.

    Pictures are what their pixels are: a frozen camera may write new metadata into each file. Short runs of equal
    pictures are normal, since plants send some frames twice or thrice. Arrival times come from a monotonic clock, so
    that a jump of the wall clock freezes nobody.
    """

    def __init__(self, frozen_after_s: float, stale_after_s: float, future_after_s: float) -> None:
        self._frozen_after_s = frozen_after_s
        self._stale_after_s = stale_after_s
        self._future_after_s = future_after_s
        self._shown = ShownPictures()
        self._lock = threading.Lock()
        self._offsets_s: dict[str, float] = {}

    def judge(self, crop: Crop) -> Reason | None:
        """Say why the time of capture is impossible, or None; for the event loop's thread alone."""
        if crop.captured_at is None:
            return None
        age_s = (crop.received_at - crop.captured_at).total_seconds()
        if crop.camera_id is not None:
            self._note_offset(crop.camera_id, -age_s)
        if age_s > self._stale_after_s:
            return Reason.STALE
        return Reason.FUTURE if age_s < -self._future_after_s else None

    def stale_at(self, crop: Crop) -> float:
        """Return when a picture becomes stale while it waits, on the clock of ``arrived``."""
        if crop.captured_at is None:
            return math.inf
        return crop.arrived + self._stale_after_s - (crop.received_at - crop.captured_at).total_seconds()

    def has_frozen(self, crop: Crop, first_received: datetime) -> bool:
        """Say whether a picture that was decided on before has been repeated for longer than may be."""
        return (crop.received_at - first_received).total_seconds() > self._frozen_after_s

    def repeated(self, crops: Sequence[Crop], contents: Sequence[int]) -> list[bool]:
        """Say which pictures their well, or another well of their camera, has shown before; safe in any thread.

        Args:
            crops: pictures that arrived together; those without camera and well are never repeated.
            contents: a hash of the pixels of each.
        """
        wells = [(crop.camera_id, crop.well_id) for crop in crops]
        with self._lock:
            frozen = [
                well != NOWHERE and self._is_frozen(crop, content)
                for crop, well, content in zip(crops, wells, contents, strict=True)
            ]
            return [
                seen or (well[1] is not None and self._shown.is_shared(well, content))
                for seen, well, content in zip(frozen, wells, contents, strict=True)
            ]

    def clock_offset_s(self, camera_id: str) -> float | None:
        """Smoothed ``captured_at`` minus arrival: about minus the transport time where both clocks are right."""
        return self._offsets_s.get(camera_id)

    def _is_frozen(self, crop: Crop, content: int) -> bool:
        shown = Shown(crop.arrived, crop.captured_at)
        return self._shown.note((crop.camera_id, crop.well_id), content, shown) > self._frozen_after_s

    def _note_offset(self, camera_id: str, offset_s: float) -> None:
        known = self._offsets_s.get(camera_id)
        if known is not None:
            self._offsets_s[camera_id] = known + OFFSET_SMOOTHING * (offset_s - known)
        elif len(self._offsets_s) < MOST_CAMERAS:
            self._offsets_s[camera_id] = offset_s

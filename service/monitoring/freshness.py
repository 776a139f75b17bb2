"""What no single picture shows: a camera that repeats itself, or whose clock says something impossible."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

from service.contract.crop import Crop
from service.contract.decision import Reason

MOST_WELLS = 20_000
OFFSET_SMOOTHING = 0.02


@dataclass(slots=True)
class _LastPicture:
    """The picture a well shows now, and since when: on the arrival clock in seconds, and by the camera's own clock."""

    sha256: str
    since: float
    captured_since: datetime | None


class FreshnessMonitor:
    """Compares each picture with those before it; for the event loop's thread alone, a few microseconds a picture.

    Short runs of equal pictures are normal, since plants send some frames twice or thrice. Arrival times come from a
    monotonic clock, so that a jump of the wall clock freezes nobody. Memory is bounded: of more than ``MOST_WELLS``
    wells the longest unseen is forgotten.
    """

    def __init__(self, frozen_after_s: float, stale_after_s: float, future_after_s: float) -> None:
        self._frozen_after_s = frozen_after_s
        self._stale_after_s = stale_after_s
        self._future_after_s = future_after_s
        self._last: OrderedDict[tuple[str | None, str | None], _LastPicture] = OrderedDict()
        self._offsets_s: dict[str, float] = {}

    def judge(self, crop: Crop) -> Reason | None:
        """Say why a picture proves nothing about its well now, or None."""
        if crop.captured_at is not None:
            age_s = (crop.received_at - crop.captured_at).total_seconds()
            if crop.camera_id is not None:
                self._note_offset(crop.camera_id, -age_s)
            if age_s > self._stale_after_s:
                return Reason.STALE
            if age_s < -self._future_after_s:
                return Reason.FUTURE
        if crop.camera_id is None and crop.well_id is None:
            return None
        return Reason.FROZEN if self._is_frozen(crop) else None

    def clock_offset_s(self, camera_id: str) -> float | None:
        """Smoothed ``captured_at`` minus arrival: about minus the transport time where both clocks are right."""
        return self._offsets_s.get(camera_id)

    def _is_frozen(self, crop: Crop) -> bool:
        well, captured_at = (crop.camera_id, crop.well_id), crop.captured_at
        last = self._last.get(well)
        if last is None:
            self._last[well] = _LastPicture(crop.sha256, crop.arrived, captured_at)
            if len(self._last) > MOST_WELLS:
                self._last.popitem(last=False)
            return False
        self._last.move_to_end(well)
        if last.sha256 != crop.sha256:
            last.sha256, last.since, last.captured_since = crop.sha256, crop.arrived, captured_at
            return False
        seen_s = crop.arrived - last.since
        if captured_at is not None and last.captured_since is not None:
            seen_s = max(seen_s, (captured_at - last.captured_since).total_seconds())
        return seen_s > self._frozen_after_s

    def _note_offset(self, camera_id: str, offset_s: float) -> None:
        known = self._offsets_s.get(camera_id)
        if known is not None:
            self._offsets_s[camera_id] = known + OFFSET_SMOOTHING * (offset_s - known)
        elif len(self._offsets_s) < MOST_WELLS:
            self._offsets_s[camera_id] = offset_s

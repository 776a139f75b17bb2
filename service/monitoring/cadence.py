"""Silence: each configured camera and well must be heard of as often as expected."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from service.monitoring.cameras_file import Camera

SILENT_AFTER_INTERVALS = 4.5
"""Together with a check twice an interval this tells silence within five intervals."""

ELSEWHERE_S = 40.0
"""What another replica has heard may take that long to be known here: it tries again every 30 s after an outage."""


class SilenceChange(NamedTuple):
    """A camera (``well_id`` None) or one of its wells fell silent, or is heard of again."""

    camera_id: str
    well_id: str | None
    silent: bool
    silent_s: float


@dataclass(slots=True)
class _Source:
    """A camera or well: when it was heard, and whether that was here."""

    interval_s: float
    heard: float
    here: bool
    silent: bool = False

    def hear(self, now: float, *, here: bool) -> None:
        if now >= self.heard:
            self.heard, self.here = now, here

    def changed(self, now: float, *, informed: bool) -> bool:
        if not self.here and not informed and not self.silent:
            self.heard = max(self.heard, now)
            return False
        patience_s = SILENT_AFTER_INTERVALS * self.interval_s + (0.0 if self.here else ELSEWHERE_S)
        is_silent = now - self.heard > patience_s
        changed = is_silent != self.silent
        self.silent = is_silent
        return changed


class Cadence:
    """Times are seconds on one monotonic clock; a camera counts as heard of when the watch begins.

    Of several replicas one sees a camera, and that one tells its silence within five intervals. The others leave it
    ``ELSEWHERE_S`` longer, since that one may have ended, and say nothing while they cannot know what others hear.

    Args:
        expected: the cameras; one without wells is watched as a whole.
        now: when the watch begins.
        alone: there is no other replica, so that every camera is seen here or nowhere.
    """

    def __init__(self, expected: Mapping[str, Camera], now: float, *, alone: bool = True) -> None:
        self._cameras = {camera: _Source(entry.interval_s, now, alone) for camera, entry in expected.items()}
        self._wells = {
            camera: {well: _Source(entry.interval_s, now, alone) for well in entry.wells}
            for camera, entry in expected.items()
        }
        self._alone = alone
        self.check_interval_s = min((entry.interval_s / 2 for entry in expected.values()), default=1.0)

    def heard(self, camera_id: str | None, well_id: str | None, now: float, *, here: bool = True) -> None:
        """Note a picture, which may be one of a while ago; what nobody expects is passed over."""
        if camera_id is None or camera_id not in self._cameras:
            return
        here = here or self._alone
        self._cameras[camera_id].hear(now, here=here)
        well = None if well_id is None else self._wells[camera_id].get(well_id)
        if well is not None:
            well.hear(now, here=here)

    def told(self, camera_id: str, well_id: str | None, now: float, *, silent: bool) -> None:
        """Note that another replica has told a silence, or its end: nobody need be told again."""
        wells = self._wells.get(camera_id, {})
        source = self._cameras.get(camera_id) if well_id is None else wells.get(well_id)
        if source is not None and not source.here:
            source.silent = silent
            source.heard = -math.inf if silent else now

    def check(self, now: float, *, informed: bool = True) -> list[SilenceChange]:
        """Return what has changed since the last check; while a whole camera is silent its wells are not told apart.

        Args:
            now: the time of the check.
            informed: what other replicas hear is known here, if there are any.
        """
        changes: list[SilenceChange] = []
        for camera, source in self._cameras.items():
            if source.changed(now, informed=informed):
                changes.append(SilenceChange(camera, None, source.silent, now - source.heard))
            if not source.silent:
                changes += (
                    SilenceChange(camera, well, one.silent, now - one.heard)
                    for well, one in self._wells[camera].items()
                    if one.changed(now, informed=informed)
                )
        return changes

    def silent(self) -> Iterable[tuple[str, str | None]]:
        """Return the cameras, and the wells of others, that are silent now."""
        for camera, source in self._cameras.items():
            if source.silent:
                yield camera, None
            else:
                yield from ((camera, well) for well, one in self._wells[camera].items() if one.silent)

"""Silence: each configured camera and well must be heard of as often as expected."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

SILENT_AFTER_INTERVALS = 4.5
"""Together with a check twice an interval this tells silence within five intervals."""


class Expected(NamedTuple):
    """How often a camera's wells are expected, in seconds, and which wells those are (none: the camera as a whole)."""

    interval_s: float
    wells: tuple[str, ...] = ()


class SilenceChange(NamedTuple):
    """A camera (``well_id`` None) or one of its wells fell silent, or is heard of again."""

    camera_id: str
    well_id: str | None
    silent: bool
    silent_s: float


@dataclass(slots=True)
class _Source:
    interval_s: float
    heard: float
    silent: bool = False

    def changed(self, now: float) -> bool:
        is_silent = now - self.heard > SILENT_AFTER_INTERVALS * self.interval_s
        changed = is_silent != self.silent
        self.silent = is_silent
        return changed


class Cadence:
    """Times are seconds on one monotonic clock; a camera counts as heard of when the watch begins."""

    def __init__(self, expected: Mapping[str, Expected], now: float) -> None:
        self._cameras = {camera: _Source(entry.interval_s, now) for camera, entry in expected.items()}
        self._wells = {
            camera: {well: _Source(entry.interval_s, now) for well in entry.wells} for camera, entry in expected.items()
        }
        self.check_interval_s = min((entry.interval_s / 2 for entry in expected.values()), default=1.0)

    def heard(self, camera_id: str | None, well_id: str | None, now: float) -> None:
        """Note a picture, which may be one of a while ago; what nobody expects is passed over."""
        source = self._cameras.get(camera_id) if camera_id is not None else None
        if source is None or camera_id is None:
            return
        source.heard = max(source.heard, now)
        well = self._wells[camera_id].get(well_id) if well_id is not None else None
        if well is not None:
            well.heard = max(well.heard, now)

    def check(self, now: float) -> list[SilenceChange]:
        """Return what has changed since the last check; while a whole camera is silent its wells are not told apart."""
        changes: list[SilenceChange] = []
        for camera, source in self._cameras.items():
            if source.changed(now):
                changes.append(SilenceChange(camera, None, source.silent, now - source.heard))
            if not source.silent:
                changes += (
                    SilenceChange(camera, well, one.silent, now - one.heard)
                    for well, one in self._wells[camera].items()
                    if one.changed(now)
                )
        return changes

    def silent(self) -> Iterable[tuple[str, str | None]]:
        """Return the cameras, and the wells of others, that are silent now."""
        for camera, source in self._cameras.items():
            if source.silent:
                yield camera, None
            else:
                yield from ((camera, well) for well, one in self._wells[camera].items() if one.silent)

"""The board: what each well of each camera shows now, followed from the journal entry by entry."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from operator import itemgetter

from service.contract.decision import Decision
from service.contract.journal_entry import Event, EventKind, Recorded
from service.control_room.live_views import Alarm, BoardView, Brief, CameraView, WellView
from service.monitoring.cameras_file import Camera

MOST_WELLS = 4096


@dataclass(slots=True)
class WellState:
    """The latest decision and its sequence, since when the verdict is the same, the latest alarm, and silence."""

    decision: Decision | None = None
    sequence: int = 0
    since: datetime | None = None
    alarm: Alarm | None = None
    silent_since: datetime | None = None

    def view(self, well_id: str | None) -> WellView:
        """Show it."""
        brief = None if self.decision is None else Brief.of(self.sequence, self.decision)
        return WellView(well_id, brief, self.since, self.alarm, self.silent_since)


@dataclass(slots=True)
class CameraState:
    """A camera with its wells (None: pictures that name none); ``drifting`` names the figures that have drifted."""

    interval_s: float | None = None
    last_received_at: datetime | None = None
    silent_since: datetime | None = None
    drifting: list[str] = field(default_factory=list)
    wells: dict[str | None, WellState] = field(default_factory=dict)

    def view(self, camera_id: str) -> CameraView:
        """Show it."""
        wells = [well.view(well_id) for well_id, well in sorted(self.wells.items(), key=_by_id)]
        return CameraView(
            camera_id, self.interval_s, self.last_received_at, self.silent_since, list(self.drifting), wells
        )


class Board:
    """Takes entries of the journal in order; the cameras of the cameras file are there from the start.

    It holds ``MOST_WELLS`` wells beside those, and forgets the ones judged longest ago.
    """

    def __init__(self, cameras: Mapping[str, Camera]) -> None:
        self.sequence = 0
        self._expected = {(camera_id, well_id) for camera_id, camera in cameras.items() for well_id in camera.wells}
        self._cameras = {camera_id: CameraState(camera.interval_s) for camera_id, camera in cameras.items()}
        for camera_id, well_id in self._expected:
            self._cameras[camera_id].wells[well_id] = WellState()
        self._handlers: dict[EventKind, Callable[[str, Event], None]] = {
            EventKind.ALARM_RAISED: self._raise,
            EventKind.ALARM_ACKNOWLEDGED: self._acknowledge,
            EventKind.NO_DATA: self._silence,
            EventKind.DATA_RESUMED: self._silence,
            EventKind.DRIFT: self._drift,
            EventKind.DRIFT_ENDED: self._drift,
        }

    def apply(self, entries: Iterable[Recorded]) -> None:
        """Take the next entries."""
        for sequence, entry in entries:
            if isinstance(entry, Decision):
                self._decide(sequence, entry)
            elif isinstance(entry, Event) and entry.camera_id is not None and entry.kind in self._handlers:
                self._handlers[entry.kind](entry.camera_id, entry)
            self.sequence = max(self.sequence, sequence)

    def raised(self, event: Event, decision: Decision | None) -> None:
        """Take in an alarm of which the decision is known, though it may not be the latest of its well."""
        if event.camera_id is not None:
            self._well(event.camera_id, event.well_id).alarm = Alarm.raised(event, decision)

    def view(self) -> BoardView:
        """Show everything."""
        cameras = [camera.view(camera_id) for camera_id, camera in sorted(self._cameras.items())]
        return BoardView(datetime.now(UTC), self.sequence, cameras)

    def alarm(self, alarm_id: str | None) -> Alarm | None:
        """Return the alarm of that id, if it is the latest of its well."""
        alarms = (well.alarm for camera in self._cameras.values() for well in camera.wells.values())
        return next((alarm for alarm in alarms if alarm is not None and alarm.alarm_id == alarm_id), None)

    def drifted(self) -> list[str]:
        """Name the cameras whose pictures have drifted."""
        return [camera_id for camera_id, camera in self._cameras.items() if camera.drifting]

    def drifting(self, camera_id: str) -> list[str]:
        """Name the figures that have drifted."""
        return self._camera(camera_id).drifting

    def _decide(self, sequence: int, decision: Decision) -> None:
        if decision.camera_id is None:
            return
        camera = self._camera(decision.camera_id)
        well = self._well(decision.camera_id, decision.well_id)
        before, received_at = well.decision, decision.received_at
        if before is not None and received_at < before.received_at:
            return  # from a replica that judged this camera before
        if before is None or before.verdict is not decision.verdict:
            well.since = received_at
        well.decision, well.sequence, well.silent_since = decision, sequence, None
        camera.last_received_at, camera.silent_since = received_at, None

    def _raise(self, camera_id: str, event: Event) -> None:
        well = self._well(camera_id, event.well_id)
        decision = well.decision
        well.alarm = Alarm.raised(event, decision if decision and decision.decision_id == event.decision_id else None)

    def _acknowledge(self, camera_id: str, event: Event) -> None:
        well = self._well(camera_id, event.well_id)
        if well.alarm is not None and well.alarm.alarm_id == event.alarm_id:
            well.alarm = well.alarm.acknowledged(event)

    def _silence(self, camera_id: str, event: Event) -> None:
        if self._camera(camera_id).interval_s is None:
            return  # nobody expects this camera any more
        place = self._camera(camera_id) if event.well_id is None else self._well(camera_id, event.well_id)
        place.silent_since = silent_since(event)

    def _drift(self, camera_id: str, event: Event) -> None:
        figures = event.payload.get("figures") if event.kind is EventKind.DRIFT else None
        self._camera(camera_id).drifting = [str(name) for name in figures] if isinstance(figures, list) else []

    def _camera(self, camera_id: str) -> CameraState:
        camera = self._cameras.get(camera_id)
        if camera is None:
            camera = self._cameras[camera_id] = CameraState()
        return camera

    def _well(self, camera_id: str, well_id: str | None) -> WellState:
        camera = self._camera(camera_id)
        if well_id not in camera.wells:
            self._make_room()
            camera.wells[well_id] = WellState()
        return camera.wells[well_id]

    def _make_room(self) -> None:
        places = [
            (well.decision.received_at.timestamp() if well.decision else 0.0, camera_id, well_id)
            for camera_id, camera in self._cameras.items()
            for well_id, well in camera.wells.items()
            if (camera_id, well_id) not in self._expected
        ]
        if len(places) >= MOST_WELLS:
            _, camera_id, well_id = min(places, key=itemgetter(0))
            del self._cameras[camera_id].wells[well_id]


def silent_since(event: Event) -> datetime | None:
    """Say since when a ``no_data`` means that nothing has been heard; None for a ``data_resumed``."""
    if event.kind is not EventKind.NO_DATA:
        return None
    silent_s = event.payload.get("silent_s")
    return event.at - timedelta(seconds=float(silent_s) if isinstance(silent_s, int | float) else 0.0)


def _by_id(item: tuple[str | None, WellState]) -> str:
    return item[0] or ""

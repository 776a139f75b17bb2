"""The board: what each well of each camera shows now, followed from the journal entry by entry."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from service.contract.decision import Decision
from service.contract.journal_entry import ALARM_KINDS, Event, EventKind, Recorded
from service.control_room.live_views import AlarmView, BoardView, Brief, CameraView, WellView
from service.monitoring.alarms.alarm import Alarm, AlarmState
from service.monitoring.alarms.events import alarm_after
from service.monitoring.cameras_file import Camera

MOST_WELLS = 4096
MOST_CAMERAS = 1024
MOST_NAMELESS = 100


@dataclass(slots=True)
class WellState:
    """The latest decision and its sequence, since when the verdict is the same, the latest alarm, and silence.

    ``replica`` names who made the decision, None for this one.
    """

    decision: Decision | None = None
    sequence: int = 0
    replica: str | None = None
    since: datetime | None = None
    alarm: Alarm | None = None
    silent_since: datetime | None = None

    def view(self, well_id: str | None) -> WellView:
        brief = None if self.decision is None else Brief.of(self.sequence, self.decision)
        alarm = None if self.alarm is None else AlarmView.of(self.alarm)
        return WellView(well_id, brief, self.since, alarm, self.silent_since)


@dataclass(slots=True)
class CameraState:
    """A camera with its wells (None: pictures that name none); ``drifting`` names the figures that have drifted."""

    interval_s: float | None = None
    last_received_at: datetime | None = None
    silent_since: datetime | None = None
    drifting: list[str] = field(default_factory=list)
    wells: dict[str | None, WellState] = field(default_factory=dict)

    def view(self, camera_id: str) -> CameraView:
        wells = [well.view(well_id) for well_id, well in sorted(self.wells.items(), key=_by_id)]
        return CameraView(
            camera_id, self.interval_s, self.last_received_at, self.silent_since, list(self.drifting), wells
        )


class Board:
    """Takes entries of the journal in order; the cameras of the cameras file are there from the start.

    It holds ``MOST_CAMERAS`` cameras and ``MOST_WELLS`` wells beside those, and forgets the ones heard of longest ago.
    """

    def __init__(self, cameras: Mapping[str, Camera]) -> None:
        self.sequence = 0
        self._expected = {(camera_id, well_id) for camera_id, camera in cameras.items() for well_id in camera.wells}
        self._known = frozenset(cameras)
        self._nameless: dict[str, Alarm] = {}
        self._other_cameras: OrderedDict[str, None] = OrderedDict()
        self._other_wells: OrderedDict[tuple[str, str | None], None] = OrderedDict()
        self._cameras = {camera_id: CameraState(camera.interval_s) for camera_id, camera in cameras.items()}
        for camera_id, well_id in self._expected:
            self._cameras[camera_id].wells[well_id] = WellState()
        self._handlers: dict[EventKind, Callable[[str, Event], None]] = {
            **dict.fromkeys(ALARM_KINDS, self._alarm),
            EventKind.NO_DATA: self._silence,
            EventKind.DATA_RESUMED: self._silence,
            EventKind.DRIFT: self._drift,
            EventKind.DRIFT_ENDED: self._drift,
        }

    def apply(self, entries: Iterable[Recorded], replica: str | None = None) -> list[Recorded]:
        """Take the next entries of this journal or of another replica's; return those that are no old news."""
        return [recorded for recorded in entries if self._apply(recorded, replica)]

    def standing(self, alarm: Alarm) -> None:
        """Take in an alarm that stood before this board began."""
        if alarm.camera_id is None:
            self._nameless[alarm.alarm_id] = alarm
        else:
            self._well(alarm.camera_id, alarm.well_id).alarm = alarm

    def view(self) -> BoardView:
        cameras = [camera.view(camera_id) for camera_id, camera in sorted(self._cameras.items())]
        nameless = [AlarmView.of(alarm) for alarm in self._nameless.values()]
        return BoardView(datetime.now(UTC), self.sequence, cameras, nameless)

    @property
    def expected_cameras(self) -> frozenset[str]:
        """The cameras of the cameras file."""
        return self._known

    @property
    def cameras(self) -> list[str]:
        """The cameras of the cameras file, and others that have sent something lately."""
        return sorted(self._cameras)

    def alarm(self, event: Event) -> AlarmView | None:
        """Return the alarm that was raised or changed, as it is now, if it is the latest of its well."""
        if event.camera_id is None:
            return AlarmView.of(alarm_after(event))
        camera = self._cameras.get(event.camera_id)
        well = None if camera is None else camera.wells.get(event.well_id)
        alarm = None if well is None else well.alarm
        is_it = alarm is not None and alarm.alarm_id == (event.alarm_id or event.event_id)
        return AlarmView.of(alarm) if alarm is not None and is_it else None

    def drifted(self) -> list[str]:
        """Name the cameras whose pictures have drifted."""
        return [camera_id for camera_id, camera in self._cameras.items() if camera.drifting]

    def drifting(self, camera_id: str) -> list[str]:
        camera = self._cameras.get(camera_id)
        return [] if camera is None else camera.drifting

    def _apply(self, recorded: Recorded, replica: str | None) -> bool:
        sequence, entry = recorded
        self.sequence = max(self.sequence, sequence)
        if isinstance(entry, Decision):
            return entry.camera_id is None or self._decide(entry.camera_id, sequence, entry, replica)
        if isinstance(entry, Event) and entry.camera_id is not None and entry.kind in self._handlers:
            self._handlers[entry.kind](entry.camera_id, entry)
        elif isinstance(entry, Event) and entry.kind in ALARM_KINDS:
            self._alarm_without_camera(entry)
        return True

    def _decide(self, camera_id: str, sequence: int, decision: Decision, replica: str | None) -> bool:
        camera = self._camera(camera_id)
        well = self._well_of(camera, (camera_id, decision.well_id))
        before, received_at = well.decision, decision.received_at
        # One replica's decisions come in the order of its journal, whatever its clock says; only those of two replicas
        # must be compared by time, as one that was cut off tells late of a camera that has moved on.
        if before is not None and well.replica != replica and received_at < before.received_at:
            return False
        if before is None or before.verdict is not decision.verdict:
            well.since = received_at
        well.decision, well.sequence, well.replica, well.silent_since = decision, sequence, replica, None
        camera.last_received_at, camera.silent_since = received_at, None
        return True

    def _alarm(self, camera_id: str, event: Event) -> None:
        well = self._well(camera_id, event.well_id)
        if event.kind is EventKind.ALARM_RAISED:
            well.alarm = alarm_after(event)
        elif well.alarm is not None and well.alarm.alarm_id == event.alarm_id:
            well.alarm = alarm_after(event, well.alarm)

    def _alarm_without_camera(self, event: Event) -> None:
        alarm = alarm_after(event, self._nameless.pop(event.alarm_id or event.event_id, None))
        if alarm.state is not AlarmState.NORMAL:
            self._nameless[alarm.alarm_id] = alarm
        if len(self._nameless) > MOST_NAMELESS:
            del self._nameless[next(iter(self._nameless))]

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
        if camera_id not in self._known:
            self._other_cameras[camera_id] = None
            self._other_cameras.move_to_end(camera_id)
            if len(self._other_cameras) > MOST_CAMERAS:
                self._forget_camera(self._other_cameras.popitem(last=False)[0])
        return camera

    def _well(self, camera_id: str, well_id: str | None) -> WellState:
        return self._well_of(self._camera(camera_id), (camera_id, well_id))

    def _well_of(self, camera: CameraState, place: tuple[str, str | None]) -> WellState:
        well = camera.wells.get(place[1])
        if well is None:
            well = camera.wells[place[1]] = WellState()
        if place not in self._expected:
            self._other_wells[place] = None
            self._other_wells.move_to_end(place)
            if len(self._other_wells) > MOST_WELLS:
                oldest_camera, oldest_well = self._other_wells.popitem(last=False)[0]
                del self._cameras[oldest_camera].wells[oldest_well]
        return well

    def _forget_camera(self, camera_id: str) -> None:
        for well_id in self._cameras.pop(camera_id).wells:
            del self._other_wells[camera_id, well_id]


def silent_since(event: Event) -> datetime | None:
    """Say since when a ``no_data`` means that nothing has been heard; None for a ``data_resumed``."""
    if event.kind is not EventKind.NO_DATA:
        return None
    silent_s = event.payload.get("silent_s")
    return event.at - timedelta(seconds=float(silent_s) if isinstance(silent_s, int | float) else 0.0)


def _by_id(item: tuple[str | None, WellState]) -> str:
    return item[0] or ""

"""Monitor: decisions and silence become events - alarms, drift, cameras lost and found again."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from time import monotonic

from pydantic import JsonValue

from service.contract.decision import Decision, Verdict
from service.contract.errors import NotFound
from service.contract.journal_entry import Entry, Event, EventKind, new_id
from service.monitoring.alarms import Alarm, AlarmLayer
from service.monitoring.cadence import Cadence, SilenceChange
from service.monitoring.drift import DriftMonitor, DriftReport
from service.telemetry.camera_metrics import CameraMetrics

SILENCE = frozenset({EventKind.NO_DATA, EventKind.DATA_RESUMED})


class Monitor:
    """Holds the alarm layer and the watches over silence and drift; for the event loop's thread alone."""

    def __init__(self, alarms: AlarmLayer, cadence: Cadence, drift: DriftMonitor, metrics: CameraMetrics) -> None:
        self._alarms = alarms
        self._cadence = cadence
        self._drift = drift
        self._metrics = metrics
        metrics.follow_alarms(alarms.open_by_camera)
        self._withdrawn: dict[str | None, Event] = {}
        """By camera, the last drift that could not be kept: the drift monitor tells of a change once."""

    @property
    def check_interval_s(self) -> float:
        """How often silence must be looked for."""
        return self._cadence.check_interval_s

    @property
    def active_alarms(self) -> list[Alarm]:
        """The alarms nobody has acknowledged, oldest first."""
        return self._alarms.active

    def silent(self) -> list[tuple[str, str | None]]:
        """Return the cameras (well None) and single wells that are silent now."""
        return list(self._cadence.silent())

    def observe(self, decisions: Sequence[Decision]) -> list[Event]:
        """Take in decisions and return what they give rise to, alarms and drift, to be kept together with them."""
        now = monotonic()
        raised = []
        for decision in decisions:
            if decision.camera_id in self._withdrawn:
                raised.append(replace(self._withdrawn.pop(decision.camera_id), event_id=new_id()))
            self._cadence.heard(decision.camera_id, decision.well_id, now)
            alarm = self._alarms.observe(decision)
            if alarm is not None:
                raised.append(_raised(alarm))
            report = self._drift.observe(decision, now)
            if report is not None:
                raised += self._drifted(report, decision)
        return raised

    def kept(self, raised: Sequence[Event]) -> None:
        """Count alarms once they are on record."""
        alarms = [event for event in raised if event.kind is EventKind.ALARM_RAISED]
        for alarm in alarms:
            self._metrics.alarm_raised(alarm.camera_id)

    def withdraw(self, raised: Sequence[Event]) -> None:
        """Take back alarms and drift that could not be kept: the next picture raises them again."""
        for event in raised:
            if event.kind is EventKind.ALARM_RAISED:
                self._alarms.withdraw(event.event_id)
            else:
                self._withdrawn[event.camera_id] = event

    def acknowledge(self, alarm_id: str, operator: str, comment: str, elsewhere: Event | None = None) -> Event:
        """End an alarm: one of this replica, or one that another has raised (``elsewhere``).

        Raises:
            NotFound: no such alarm is active.
        """
        alarm = self._alarms.acknowledge(alarm_id) or (None if elsewhere is None else _alarm(elsewhere))
        if alarm is None:
            raise NotFound("no such alarm is active: it may have been acknowledged already")
        return Event(
            new_id(),
            EventKind.ALARM_ACKNOWLEDGED,
            datetime.now(UTC),
            alarm.camera_id,
            alarm.well_id,
            alarm.decision_id,
            alarm.alarm_id,
            {"operator": operator, "comment": comment},
        )

    def heard(self, entry: Entry) -> None:
        """Take in what another replica wrote: a camera sends there, an alarm of this one was acknowledged there."""
        if isinstance(entry, Decision):
            age_s = (datetime.now(UTC) - entry.received_at).total_seconds()
            self._cadence.heard(entry.camera_id, entry.well_id, monotonic() - max(0.0, age_s), here=False)
        elif isinstance(entry, Event):
            self._happened_elsewhere(entry)

    def restore(self, active: Sequence[Event]) -> None:
        """Make the alarms active again that were so before a restart."""
        self._alarms.restore(_alarm(event) for event in sorted(active, key=lambda event: event.at))

    def restore_drift(self, cameras: Iterable[str]) -> None:
        """Know which cameras had drifted before a restart."""
        self._drift.restore(cameras)

    def check_silence(self, *, informed: bool) -> list[Event]:
        """Return what has changed: cameras and wells that fell silent, or are heard of again.

        ``informed`` says that what other replicas hear is known here.
        """
        changes = self._cadence.check(monotonic(), informed=informed)
        if changes:
            self._show_silence()
        return [_silence(change) for change in changes]

    def _happened_elsewhere(self, event: Event) -> None:
        if event.kind is EventKind.ALARM_ACKNOWLEDGED and event.alarm_id is not None:
            self._alarms.acknowledge(event.alarm_id)
        elif event.kind in SILENCE and event.camera_id is not None:
            is_silent = event.kind is EventKind.NO_DATA
            self._cadence.told(event.camera_id, event.well_id, monotonic(), silent=is_silent)
            self._show_silence()

    def _show_silence(self) -> None:
        silent = [*self._cadence.silent()]
        self._metrics.silent({camera for camera, well in silent if well is None})
        self._metrics.wells_silent(Counter(camera for camera, well in silent if well is not None))

    def _drifted(self, report: DriftReport, decision: Decision) -> list[Event]:
        for figure, ratio in report.ratios.items():
            self._metrics.drift(report.camera_id, figure, ratio)
        if not report.changed:
            return []
        kind = EventKind.DRIFT if report.drifting else EventKind.DRIFT_ENDED
        figures: list[JsonValue] = [*report.drifting]
        return [Event(new_id(), kind, decision.answered_at, report.camera_id, payload={"figures": figures})]


def _raised(alarm: Alarm) -> Event:
    return Event(
        alarm.alarm_id,
        EventKind.ALARM_RAISED,
        alarm.raised_at,
        alarm.camera_id,
        alarm.well_id,
        alarm.decision_id,
        alarm.alarm_id,
        {"verdict": alarm.verdict.value, "score_ratio": alarm.score_ratio},
    )


def _alarm(event: Event) -> Alarm:
    ratio = event.payload.get("score_ratio")
    return Alarm(
        event.event_id,
        event.camera_id,
        event.well_id,
        event.at,
        event.decision_id or "",
        Verdict(str(event.payload["verdict"])),
        float(ratio) if isinstance(ratio, int | float) else None,
    )


def _silence(change: SilenceChange) -> Event:
    kind = EventKind.NO_DATA if change.silent else EventKind.DATA_RESUMED
    payload = {"silent_s": round(change.silent_s, 3)}
    return Event(new_id(), kind, datetime.now(UTC), change.camera_id, change.well_id, payload=payload)

"""Monitor: decisions and silence become events - alarms, drift, cameras lost and found again."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from time import monotonic

from pydantic import JsonValue

from service.contract.decision import Decision
from service.contract.journal_entry import ALARM_KINDS, Entry, Event, EventKind, new_id
from service.monitoring.alarms.desk import AlarmDesk
from service.monitoring.cadence import Cadence, SilenceChange
from service.monitoring.drift import DriftMonitor, DriftReport
from service.telemetry.camera_metrics import CameraMetrics

SILENCE = frozenset({EventKind.NO_DATA, EventKind.DATA_RESUMED})


class Monitor:
    """Holds the alarms and the watches over silence and drift; for the event loop's thread alone."""

    def __init__(self, alarms: AlarmDesk, cadence: Cadence, drift: DriftMonitor, metrics: CameraMetrics) -> None:
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
            changed = self._alarms.observe(decision)
            if changed is not None:
                raised.append(changed)
            report = self._drift.observe(decision, now)
            if report is not None:
                raised += self._drifted(report, decision)
        return raised

    def kept(self, raised: Sequence[Event]) -> None:
        """Count alarms once they are on record."""
        self._alarms.kept(raised)
        for event in raised:
            if event.kind is EventKind.ALARM_RAISED:
                self._metrics.alarm_raised(event.camera_id)

    def withdraw(self, raised: Sequence[Event]) -> None:
        """Take back alarms and drift that could not be kept: the next picture raises them again."""
        self._alarms.withdraw([event for event in raised if event.kind in ALARM_KINDS])
        self._withdrawn |= {event.camera_id: event for event in raised if event.kind not in ALARM_KINDS}

    def heard(self, entry: Entry) -> None:
        """Take in what another replica wrote: a camera sends there, an alarm of this one was acknowledged there."""
        if isinstance(entry, Decision):
            age_s = (datetime.now(UTC) - entry.received_at).total_seconds()
            self._cadence.heard(entry.camera_id, entry.well_id, monotonic() - max(0.0, age_s), here=False)
        elif isinstance(entry, Event):
            self._happened_elsewhere(entry)

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
        self._alarms.heard(event)
        if event.kind in SILENCE and event.camera_id is not None:
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


def _silence(change: SilenceChange) -> Event:
    kind = EventKind.NO_DATA if change.silent else EventKind.DATA_RESUMED
    payload = {"silent_s": round(change.silent_s, 3)}
    return Event(new_id(), kind, datetime.now(UTC), change.camera_id, change.well_id, payload=payload)

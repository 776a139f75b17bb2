"""The alarm layer with its record: decisions, people and time change alarms, and each change is an event to be kept."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from service.contract.decision import Decision
from service.contract.errors import MalformedField, NotFound
from service.contract.journal_entry import ALARM_KINDS, Event, EventKind
from service.monitoring.alarms.alarm import WAITING, Alarm, AlarmState
from service.monitoring.alarms.events import alarm_after, event_of
from service.monitoring.alarms.figures import AlarmFigures, AlarmRate
from service.monitoring.alarms.layer import AlarmLayer

BY_PEOPLE = frozenset({EventKind.ALARM_ACKNOWLEDGED, EventKind.ALARM_SHELVED, EventKind.ALARM_UNSHELVED})


class AlarmDesk:
    """Turns what happens to alarms into events; for the event loop's thread alone.

    An alarm that another replica raised is handled by what the record says of it (``elsewhere``).
    """

    def __init__(self, layer: AlarmLayer, rate: AlarmRate | None = None) -> None:
        self._layer = layer
        self._rate = rate or AlarmRate()
        self._owed: list[Event] = []

    @property
    def standing(self) -> list[Alarm]:
        """The alarms of this replica that are not over, the first raised first."""
        return self._layer.standing

    @property
    def open_by_camera(self) -> Mapping[str | None, int]:
        """How many alarms of each camera wait for a person; it changes with them."""
        return self._layer.open_by_camera

    def figures(self) -> AlarmFigures:
        """Count them."""
        standing = self._layer.standing
        waiting = sum(alarm.state in WAITING for alarm in standing)
        return self._rate.figures(standing=len(standing), waiting=waiting, chattering=self._layer.chattering)

    def observe(self, decision: Decision) -> Event | None:
        """Take in a decision; return the event that follows from it, if one does."""
        transition = self._layer.observe(decision)
        return None if transition is None else event_of(transition)

    def acknowledge(self, alarm_id: str, operator: str, comment: str, elsewhere: Alarm | None = None) -> Event:
        """Note that a person has seen an alarm.

        Raises:
            NotFound: no such alarm waits for anybody.
        """
        alarm = self._find(alarm_id, elsewhere)
        if alarm.acknowledged_at is not None:
            raise NotFound(f"the alarm was acknowledged already, by {alarm.acknowledged_by}")
        return event_of(self._layer.acknowledge(alarm, operator, comment))

    def shelve(
        self, alarm_id: str, until: datetime, operator: str, reason: str, elsewhere: Alarm | None = None
    ) -> Event:
        """Put an alarm aside until then.

        Raises:
            NotFound: no such alarm stands.
            MalformedField: it has no well, so that the shelf would hide others too.
        """
        alarm = self._find(alarm_id, elsewhere)
        if alarm.well_id is None:
            raise MalformedField("this alarm names no well: shelved, it would hide the leaks of others; acknowledge it")
        return event_of(self._layer.shelve(alarm, until, operator, reason))

    def unshelve(self, alarm_id: str, operator: str, comment: str, elsewhere: Alarm | None = None) -> Event:
        """Take an alarm from the shelf before its time.

        Raises:
            NotFound: no such alarm is shelved.
        """
        alarm = self._find(alarm_id, elsewhere)
        if alarm.shelved_until is None:
            raise NotFound("the alarm is not shelved")
        return event_of(self._layer.unshelve(alarm, operator, comment))

    def check(self) -> list[Event]:
        """Return what time has done: alarms come off the shelf; and what other replicas' news led to."""
        owed, self._owed = self._owed, []
        return owed + [event_of(transition) for transition in self._layer.off_the_shelf()]

    def heard(self, event: Event) -> None:
        """Take in what was done at another replica with an alarm of this one."""
        own = self._layer.find(event.alarm_id or "")
        if own is None or event.kind not in BY_PEOPLE:
            return
        if event.kind is EventKind.ALARM_ACKNOWLEDGED:
            operator, comment = (str(event.payload.get(name, "")) for name in ("operator", "comment"))
            done = own.acknowledged(event.at, operator, comment)
        else:
            theirs = alarm_after(event, own)
            until, by = theirs.shelved_until, theirs.shelved_by or ""
            done = own.unshelved(event.at) if until is None else own.shelved(event.at, until, by, theirs.shelf_reason)
        self._layer.told(done)
        if done.state is AlarmState.NORMAL and alarm_after(event).state is not AlarmState.NORMAL:
            self._owed.append(event_of(self._layer.acknowledge(done, done.acknowledged_by or "", done.comment)))

    def kept(self, events: Sequence[Event]) -> None:
        """Know that events are on record."""
        for event in events:
            if event.kind in ALARM_KINDS:
                self._layer.kept(event.event_id)
            if event.kind is EventKind.ALARM_RAISED:
                self._rate.raised()

    def withdraw(self, events: Sequence[Event]) -> None:
        """Take back what could not be kept: the next picture, or the person, brings it again."""
        for event in reversed(events):
            self._layer.withdraw(event.event_id)

    def restore(self, standing: Iterable[Alarm], raised_at: Iterable[datetime] = ()) -> None:
        """Bring back the alarms that stood before a restart, and know when others were raised."""
        self._layer.restore(sorted(standing, key=lambda alarm: alarm.raised_at))
        now = datetime.now(UTC)
        self._rate.restore((now - at).total_seconds() for at in raised_at)

    def _find(self, alarm_id: str, elsewhere: Alarm | None) -> Alarm:
        alarm = self._layer.find(alarm_id) or elsewhere
        if alarm is None or alarm.state is AlarmState.NORMAL:
            raise NotFound("no such alarm stands: it is over, or was never raised")
        return alarm

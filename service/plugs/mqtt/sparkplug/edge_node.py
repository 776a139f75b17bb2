"""The edge node: births, data and deaths with their numbers; knows neither broker nor clock."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from service.contract.decision import Decision
from service.contract.journal_entry import ALARM_KINDS, Entry, Event, EventKind, Recorded, entry_time
from service.judging.serving import SOFTWARE_VERSION
from service.monitoring.alarms.alarm import Alarm
from service.monitoring.alarms.events import alarm_after
from service.monitoring.cameras_file import Camera
from service.plugs.mqtt.messages import AT_LEAST_ONCE, UNNAMED, Message
from service.plugs.mqtt.sparkplug.payload import BOOLEAN, INT64, STRING, Metric, Value, encoded
from service.plugs.mqtt.sparkplug.well import CATCHING_UP, WellMetrics, millis, of_alarm, of_decision, of_silence

NAMESPACE = "spBv1.0"
REBIRTH = "Node Control/Rebirth"
NUMBERS = 256
MOST_WELLS = 2000
AT_MOST_ONCE = 0

WellId = tuple[str, str]
"""A device (camera) and the name of a well of it."""

Change = tuple[WellId, Mapping[str, Value]]


class EdgeNode:
    """One edge node; a device for each camera, which has metrics for each of its wells.

    A session's births say what is known. Where the journal holds more by then, they say ``unknown`` with the reason
    ``catching_up``; what the journal holds follows as historical, which changes no current value, and then what has
    become of each well.

    Args:
        group: the Sparkplug group.
        name: of the edge node.
        cameras: those of the cameras file: born even if nothing has come from them.
        now: milliseconds since 1970, UTC.
    """

    def __init__(self, group: str, name: str, cameras: Mapping[str, Camera], now: Callable[[], int]) -> None:
        self._group = group
        self._name = name
        self._now = now
        self._wells: dict[WellId, WellMetrics] = {}
        self._silent: set[str] = set()
        self._place: int | None = None
        self._live_after = 0
        self._catching_up = False
        self._seq = 0
        self._alarm: bool | None = None
        self.bd_seq = 0
        self.turn = asyncio.Lock()
        for camera_id, camera in cameras.items():
            for well_id in camera.wells:
                self._well(camera_id, well_id)

    def topic(self, kind: str, device: str | None = None) -> str:
        """A topic of this edge node, or of a device of it."""
        return "/".join([NAMESPACE, self._group, kind, self._name, *([] if device is None else [device])])

    def stands(self, alarms: Sequence[Alarm]) -> None:
        """Take in the alarms that were standing before the start."""
        for alarm in alarms:
            self._wells[self._well(alarm.camera_id, alarm.well_id)].known.update(of_alarm(alarm))

    def death(self) -> Message:
        """The node's death, which the broker holds as the will: with ``bdSeq`` alone, without ``seq``."""
        payload = encoded(self._now(), [self._bd_seq_metric()], datatypes=True)
        return Message(self.topic("NDEATH"), payload, retain=False, qos=AT_LEAST_ONCE)

    def session(self, last_sequence: int) -> Iterator[Message]:
        """Be born in a new session, when the journal has come to ``last_sequence``."""
        self._live_after = last_sequence
        self._catching_up = self._place is None or self._place < last_sequence
        yield from self.births()

    def births(self) -> Iterator[Message]:
        """The node's birth, then that of each device: everything that may ever be sent in this session.

        Many wells take long: each message is made when it is asked for, so that others come in between. ``turn`` is
        held meanwhile, since data may follow only when all are born.
        """
        self._seq, now = 0, self._now()
        for well in self._wells.values():
            well.told = None
        self._alarm = self._catching_up or self._any_alarm()
        metrics = [
            self._bd_seq_metric(),
            Metric(REBIRTH, value=False, at=now, datatype=BOOLEAN),
            Metric("Properties/Software", f"leak-inspection {SOFTWARE_VERSION}", now, STRING),
            Metric("alarm", self._alarm, now, BOOLEAN),
        ]
        yield self._message("NBIRTH", None, metrics)
        for device in dict.fromkeys(device for device, _ in self._wells):
            if self._catching_up or device not in self._silent:
                yield self._birth(device)

    def data(self, entries: Sequence[Recorded]) -> list[Message]:
        """What entries of the journal have to say, in their order."""
        for _, entry in entries:
            self._register(entry)
        past = [one for one in entries if one.sequence <= self._live_after]
        messages = [*self._past(past)]
        if entries:
            self._place = max(self._place or 0, entries[-1].sequence)
        if self._place is not None and self._place >= self._live_after:
            messages += self._caught_up()
        for _, entry in entries[len(past) :]:
            messages += self._live(entry)
        return [*messages, *self._node_alarm()]

    def _past(self, entries: Sequence[Recorded]) -> Iterator[Message]:
        """History, which may be long, in few messages; in each a metric has one value of one time."""
        waiting: dict[str, dict[tuple[str, int], list[Metric]]] = defaultdict(dict)
        for _, entry in entries:
            at = millis(entry_time(entry))
            for (device, name), values in self._changes(entry):
                well = self._wells[device, name]
                yield from self._birth_before(well, device)
                well.known.update(values)
                if (name, at) in waiting[device]:
                    yield self._data_of(device, waiting.pop(device).values())
                if well.told is not None:
                    waiting[device][name, at] = well.metrics(values, at, historical=True)
            self._silenced(entry)
        for device, some in waiting.items():
            if some:
                yield self._data_of(device, some.values())

    def _live(self, entry: Entry) -> Iterator[Message]:
        at = millis(entry_time(entry))
        for (device, name), values in self._changes(entry):
            well = self._wells[device, name]
            yield from self._birth_before(well, device)
            well.known.update(values)
            if well.told is not None and (metrics := well.news(at)):
                yield self._data_of(device, [metrics])
        if (silent := self._silenced(entry)) is not None:
            yield from self._death_of(silent)

    def _birth_before(self, well: WellMetrics, device: str) -> Iterator[Message]:
        if well.told is None and device not in self._silent:
            yield self._birth(device)

    def _data_of(self, device: str, metrics: Iterable[list[Metric]]) -> Message:
        return self._message("DDATA", device, [one for some in metrics for one in some])

    def _register(self, entry: Entry) -> None:
        """Know the wells of all entries first: then a device is born once for all that are new."""
        if isinstance(entry, Decision) or (isinstance(entry, Event) and entry.kind in ALARM_KINDS):
            self._well(entry.camera_id, entry.well_id)

    def _changes(self, entry: Entry) -> Iterator[Change]:
        if isinstance(entry, Decision):
            well = self._well(entry.camera_id, entry.well_id)
            self._silent.discard(well[0])
            yield well, of_decision(entry)
        elif isinstance(entry, Event) and entry.kind in ALARM_KINDS:
            yield self._well(entry.camera_id, entry.well_id), of_alarm(alarm_after(entry))
        elif isinstance(entry, Event) and entry.kind is EventKind.NO_DATA:
            device = entry.camera_id or UNNAMED
            wells = [well for well in self._wells if well[0] == device]
            for well in wells if entry.well_id is None else [self._well(entry.camera_id, entry.well_id)]:
                yield well, of_silence(entry)

    def _caught_up(self) -> Iterator[Message]:
        """Tell what has become of each well, once."""
        if not self._catching_up:
            return
        self._catching_up = False
        now = self._now()
        for (device, _), well in self._wells.items():
            if well.told is not None and (metrics := well.news(now)):
                yield self._data_of(device, [metrics])
        for device in sorted(self._silent):
            yield from self._death_of(device)

    def _silenced(self, entry: Entry) -> str | None:
        """A camera that is silent as a whole is a device that is lost: name it."""
        if not isinstance(entry, Event) or entry.kind is not EventKind.NO_DATA or entry.well_id is not None:
            return None
        device = entry.camera_id or UNNAMED
        self._silent.add(device)
        return device

    def _death_of(self, device: str) -> Iterator[Message]:
        wells = [well for (owner, _), well in self._wells.items() if owner == device]
        if any(well.told is not None for well in wells):
            for well in wells:
                well.told = None
            yield self._message("DDEATH", device, [])

    def _node_alarm(self) -> Iterator[Message]:
        alarm = self._catching_up or self._any_alarm()
        if alarm is not self._alarm:
            self._alarm = alarm
            yield self._message("NDATA", None, [Metric("alarm", alarm, self._now(), BOOLEAN)])

    def _any_alarm(self) -> bool:
        known = [well.known["alarm"] for well in self._wells.values()]
        return not known or bool(self._silent) or any(alarm is not False for alarm in known)

    def _birth(self, device: str) -> Message:
        now = self._now()
        values = CATCHING_UP if self._catching_up and self._place is not None else None
        wells = [well for (owner, _), well in self._wells.items() if owner == device]
        return self._message("DBIRTH", device, [metric for well in wells for metric in well.born(now, values)])

    def _well(self, camera_id: str | None, well_id: str | None) -> WellId:
        """The metrics of a well; ids are what cameras say, so beyond a bound they share one place."""
        key = (camera_id or UNNAMED, well_id or UNNAMED)
        if key not in self._wells and len(self._wells) >= MOST_WELLS:
            key = (UNNAMED, UNNAMED)
        if key not in self._wells:
            self._wells[key] = WellMetrics(key[1])
        return key

    def _bd_seq_metric(self) -> Metric:
        return Metric("bdSeq", self.bd_seq, self._now(), INT64)

    def _message(self, kind: str, device: str | None, metrics: list[Metric]) -> Message:
        seq, self._seq = self._seq, (self._seq + 1) % NUMBERS
        payload = encoded(self._now(), metrics, seq=seq, datatypes=kind.endswith("BIRTH"))
        return Message(self.topic(kind, device), payload, retain=False, qos=AT_MOST_ONCE)

"""The follower that publishes: every decision and every change of an alarm, in the order of the journal."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol

from service.contract.decision import Decision
from service.contract.journal_entry import ALARM_KINDS, DECISION, Event, EventKind, Recorded, entry_time
from service.monitoring.cameras_file import Camera
from service.plugs.mqtt.discovery import Discovery
from service.plugs.mqtt.messages import Message, alarm_message, silence_message, state_message
from service.record.followers.follower import FollowerPace, Step
from service.record.journal.journal import Journal

MOST_AT_ONCE = 100
MOST_REMEMBERED = 1000


class Broker(Protocol):
    """Where messages go."""

    async def connected(self) -> None:
        """Wait a while for a connection; raises where there is none."""

    async def publish(self, messages: Sequence[Message]) -> None:
        """Send messages in order; raises unless all have arrived, after which some may have."""


class MqttPublisher:
    """Publishes what follows a place in the journal; however long the broker is away, nothing gathers in memory.

    Whatever may have been sent before says ``repeat``: what a connection was lost over, and after a start what was
    written before it.

    Args:
        journal: what is followed.
        broker: gets the messages.
        prefix: of the topics.
        cameras: those of the cameras file, whose wells are silent with them.
        discovery: announces wells, where that is wanted.
    """

    name = "mqtt"
    kinds: Sequence[str] = (DECISION, *ALARM_KINDS, EventKind.NO_DATA)
    from_start = False
    pace = FollowerPace(note_every_s=0.5, longest_retry_s=2.0)

    def __init__(
        self,
        journal: Journal,
        broker: Broker,
        prefix: str,
        cameras: Mapping[str, Camera],
        discovery: Discovery | None = None,
    ) -> None:
        self._journal = journal
        self._broker = broker
        self._prefix = prefix
        self._cameras = cameras
        self._discovery = discovery
        self._attempted = 0
        self._began = datetime.now(UTC)
        self._alarming: OrderedDict[str, Decision] = OrderedDict()

    async def advance(self, sequence: int) -> Step:
        """Publish the next entries."""
        entries = await self._journal.newer(sequence, MOST_AT_ONCE)
        if not entries:
            return Step(sequence, 0)
        await self._broker.connected()
        messages = [message for recorded in entries for message in self._messages(recorded)]
        place = entries[-1].sequence
        self._attempted = max(self._attempted, place)
        await self._broker.publish(messages)
        return Step(place, len(entries))

    async def close(self) -> None:
        """The connection is closed by who opened it."""

    def _messages(self, recorded: Recorded) -> Iterator[Message]:
        sequence, entry = recorded
        repeat = sequence <= self._attempted or entry_time(entry) < self._began
        if isinstance(entry, Decision):
            self._remember(entry)
            if self._discovery is not None:
                yield from self._discovery.seen(entry.camera_id, entry.well_id)
            yield state_message(self._prefix, sequence, entry, repeat=repeat)
        elif isinstance(entry, Event) and entry.kind in ALARM_KINDS:
            decision = self._alarming.get(entry.decision_id or "")
            yield alarm_message(self._prefix, sequence, entry, decision, repeat=repeat)
        elif isinstance(entry, Event) and entry.kind is EventKind.NO_DATA:
            for well_id in self._silent_wells(entry):
                yield silence_message(self._prefix, sequence, entry, well_id, repeat=repeat)

    def _silent_wells(self, event: Event) -> Sequence[str | None]:
        camera = self._cameras.get(event.camera_id or "")
        return [event.well_id] if event.well_id is not None or camera is None else [*camera.wells] or [None]

    def _remember(self, decision: Decision) -> None:
        """Keep what an alarm may follow from: its times and artefact belong to the alarm's message."""
        if decision.alarm:
            self._alarming[decision.decision_id] = decision
            if len(self._alarming) > MOST_REMEMBERED:
                self._alarming.popitem(last=False)

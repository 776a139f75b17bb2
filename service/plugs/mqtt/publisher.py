"""The followers that publish: every decision and every change of an alarm, in the order of the journal."""

from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol

from service.contract.decision import Decision
from service.contract.journal_entry import ALARM_KINDS, Event, EventKind, Recorded, entry_time
from service.monitoring.cameras_file import Camera
from service.plugs.mqtt.discovery import Discovery
from service.plugs.mqtt.messages import Message, alarm_message, silence_message, state_message
from service.plugs.plug import FOLLOWED
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


class JournalPublisher(ABC):
    """Publishes what follows a place in the journal; however long the broker is away, nothing gathers in memory."""

    name = "mqtt"
    kinds: Sequence[str] = FOLLOWED
    from_start = False
    pace = FollowerPace(note_every_s=0.5, longest_retry_s=2.0)

    def __init__(self, journal: Journal, broker: Broker) -> None:
        self._journal = journal
        self._broker = broker

    async def advance(self, sequence: int) -> Step:
        """Publish the next entries."""
        entries = await self._journal.newer(sequence, MOST_AT_ONCE)
        if not entries:
            return Step(sequence, 0)
        await self._broker.connected()
        await self._publish(entries)
        return Step(entries[-1].sequence, len(entries))

    @abstractmethod
    async def _publish(self, entries: Sequence[Recorded]) -> None:
        """Publish some entries, one at least."""

    async def close(self) -> None:  # noqa: B027  # nothing is held open, by any of them
        """The connection is closed by who opened it."""


class MqttPublisher(JournalPublisher):
    """Publishes JSON.

    Whatever may have been sent before says ``repeat``: what a connection was lost over, and after a start what was
    written before it.

    Args:
        journal: what is followed.
        broker: gets the messages.
        prefix: of the topics.
        cameras: those of the cameras file, whose wells are silent with them.
        discovery: announces wells, where that is wanted.
    """

    def __init__(
        self,
        journal: Journal,
        broker: Broker,
        prefix: str,
        cameras: Mapping[str, Camera],
        discovery: Discovery | None = None,
    ) -> None:
        super().__init__(journal, broker)
        self._prefix = prefix
        self._cameras = cameras
        self._discovery = discovery
        self._attempted = 0
        self._began = datetime.now(UTC)
        self._alarming: OrderedDict[str, Decision] = OrderedDict()

    async def _publish(self, entries: Sequence[Recorded]) -> None:
        messages = [message for recorded in entries for message in self._messages(recorded)]
        self._attempted = max(self._attempted, entries[-1].sequence)
        await self._broker.publish(messages)

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

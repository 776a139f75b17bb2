"""The follower that publishes for the edge node: every decision and every change of an alarm."""

from collections.abc import Sequence

from service.contract.journal_entry import ALARM_KINDS, DECISION, EventKind
from service.plugs.mqtt.publisher import MOST_AT_ONCE, Broker
from service.plugs.mqtt.sparkplug.edge_node import EdgeNode
from service.record.followers.follower import FollowerPace, Step
from service.record.journal.journal import Journal


class SparkplugPublisher:
    """Publishes what follows a place in the journal; what a connection was lost over comes again, as historical.

    Args:
        journal: what is followed.
        broker: gets the messages.
        node: makes them.
    """

    name = "mqtt"
    kinds: Sequence[str] = (DECISION, *ALARM_KINDS, EventKind.NO_DATA)
    from_start = False
    pace = FollowerPace(note_every_s=0.5, longest_retry_s=2.0)

    def __init__(self, journal: Journal, broker: Broker, node: EdgeNode) -> None:
        self._journal = journal
        self._broker = broker
        self._node = node

    async def advance(self, sequence: int) -> Step:
        """Publish the next entries."""
        entries = await self._journal.newer(sequence, MOST_AT_ONCE)
        if not entries:
            return Step(sequence, 0)
        await self._broker.connected()
        async with self._node.turn:
            await self._broker.publish(self._node.data(entries))
        return Step(entries[-1].sequence, len(entries))

    async def close(self) -> None:
        """The connection is closed by who opened it."""

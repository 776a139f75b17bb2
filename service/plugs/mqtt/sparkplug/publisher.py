"""The follower that publishes for the edge node: every decision and every change of an alarm."""

from collections.abc import Sequence

from service.contract.journal_entry import Recorded
from service.plugs.mqtt.publisher import Broker, JournalPublisher
from service.plugs.mqtt.sparkplug.edge_node import EdgeNode
from service.record.journal.journal import Journal


class SparkplugPublisher(JournalPublisher):
    """Publishes the node's messages; what a connection was lost over comes again, as historical."""

    def __init__(self, journal: Journal, broker: Broker, node: EdgeNode) -> None:
        super().__init__(journal, broker)
        self._node = node

    async def _publish(self, entries: Sequence[Recorded]) -> None:
        async with self._node.turn:
            await self._broker.publish(self._node.data(entries))

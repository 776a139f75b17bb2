"""The follower of the edge node goes on step by step, and lets births be said in one piece."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from service.contract.errors import Unavailable
from service.plugs.mqtt.messages import Message
from service.plugs.mqtt.publisher import MOST_AT_ONCE
from service.plugs.mqtt.sparkplug.edge_node import EdgeNode
from service.plugs.mqtt.sparkplug.publisher import SparkplugPublisher
from service.record.journal.journal import Journal
from service.setting_groups import JournalSettings
from tests.decisions import a_decision


class FakeBroker:
    """Takes everything, or loses the connection."""

    def __init__(self) -> None:
        self.taken: list[Message] = []
        self.losing = False

    async def connected(self) -> None:
        """There always is a connection."""

    async def publish(self, messages: Sequence[Message]) -> None:
        if self.losing:
            raise Unavailable("lost")
        self.taken += messages


async def test_more_than_fits_at_once_comes_in_steps_after_the_births_and_nothing_twice(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite3", JournalSettings(strict=True), lambda: None)
    await journal.open()
    broker, node = FakeBroker(), EdgeNode("plant", "line", {}, lambda: 1)
    publisher = SparkplugPublisher(journal, broker, node)
    await journal.append([a_decision() for _ in range(MOST_AT_ONCE + 1)]).kept()
    births = [*node.session(0)]
    async with node.turn:
        step = asyncio.create_task(publisher.advance(0))
        await asyncio.sleep(0.01)
        assert broker.taken == []
        broker.taken += births
    place = (await step).sequence
    assert place == MOST_AT_ONCE
    broker.losing = True
    with pytest.raises(Unavailable):
        await publisher.advance(place)
    assert not node.turn.locked()
    broker.losing = False
    broker.taken += [*node.session(MOST_AT_ONCE + 1)]
    assert (await publisher.advance(place)).delivered == 1
    assert (await publisher.advance(MOST_AT_ONCE + 1)).delivered == 0
    kinds = [message.topic.split("/")[2] for message in broker.taken]
    assert kinds == ["NBIRTH", "DBIRTH", *["DDATA"] * MOST_AT_ONCE, "NDATA", "NBIRTH", "DBIRTH", "DDATA"]
    await journal.close()

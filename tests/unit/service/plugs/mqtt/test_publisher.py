"""What follows a place in the journal is published in order, and what may have been sent before says so."""

import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from service.contract.decision import Decision, Verdict
from service.contract.errors import Unavailable
from service.contract.journal_entry import Event, EventKind, new_id
from service.monitoring.alarms.alarm import Alarm, Transition
from service.monitoring.alarms.events import event_of
from service.monitoring.cameras_file import Camera
from service.plugs.mqtt.discovery import Discovery
from service.plugs.mqtt.messages import Message
from service.plugs.mqtt.publisher import MOST_AT_ONCE, MqttPublisher
from service.record.journal.journal import Journal
from service.setting_groups import JournalSettings
from tests.decisions import a_decision

CAMERAS = {"cam-1": Camera(interval_s=5, wells=("12a", "12b"))}


class FakeBroker:
    """Takes everything, or loses the connection while it does."""

    def __init__(self) -> None:
        self.taken: list[Message] = []
        self.away = False
        self.losing = False

    async def connected(self) -> None:
        if self.away:
            raise Unavailable("away")

    async def publish(self, messages: Sequence[Message]) -> None:
        self.taken += messages
        if self.losing:
            raise Unavailable("lost")

    def contents(self) -> list[dict[str, Any]]:
        return [json.loads(message.payload) for message in self.taken]


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[Journal]:
    """An open, empty journal."""
    made = Journal(tmp_path / "journal.sqlite3", JournalSettings(strict=True), lambda: None)
    await made.open()
    yield made
    await made.close()


def now() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=1)


def leak(**changes: Any) -> Decision:  # noqa: ANN401
    return a_decision(Verdict.LEAK, **{"received_at": now(), **changes})


async def test_more_than_fits_at_once_comes_step_by_step_in_order(journal: Journal) -> None:
    broker = FakeBroker()
    publisher = MqttPublisher(journal, broker, "p", {})
    decisions = [leak() for _ in range(2 * MOST_AT_ONCE + 1)]
    await journal.append(decisions).kept()
    place = 0
    for _ in range(3):
        place = (await publisher.advance(place)).sequence
    assert [content["decision_id"] for content in broker.contents()] == [one.decision_id for one in decisions]
    assert (await publisher.advance(place)).sequence == place
    assert {message.topic for message in broker.taken} == {"p/cam-1/12a/state"}
    assert not any(content["repeat"] for content in broker.contents())


async def test_what_a_connection_was_lost_over_is_sent_again_as_a_repeat(journal: Journal) -> None:
    broker = FakeBroker()
    publisher = MqttPublisher(journal, broker, "p", {})
    await journal.append([leak()]).kept()
    broker.away = True
    with pytest.raises(Unavailable, match="away"):
        await publisher.advance(0)
    broker.away, broker.losing = False, True
    with pytest.raises(Unavailable, match="lost"):
        await publisher.advance(0)
    broker.losing = False
    await journal.append([leak()]).kept()
    await publisher.advance(0)
    assert [content["repeat"] for content in broker.contents()] == [False, True, False]


async def test_what_was_written_before_the_start_says_that_it_may_be_a_repeat(journal: Journal) -> None:
    broker = FakeBroker()
    await journal.append([leak(received_at=datetime.now(UTC) - timedelta(seconds=1))]).kept()
    await MqttPublisher(journal, broker, "p", {}).advance(0)
    assert [content["repeat"] for content in broker.contents()] == [True]


async def test_an_alarm_carries_its_state_and_the_times_of_its_decision(journal: Journal) -> None:
    broker = FakeBroker()
    decision = leak(camera_id=None, well_id=None)
    alarm = Alarm.raised(decision, first_out=True, chattering=False)
    raised = event_of(Transition(alarm.alarm_id, EventKind.ALARM_RAISED, alarm))
    seen = event_of(Transition(new_id(), EventKind.ALARM_SHELVED, alarm.shelved(now(), now(), "ann", "nozzle"), "ann"))
    await journal.append([decision, raised, seen]).kept()
    await MqttPublisher(journal, broker, "p", {}).advance(0)
    first, second = broker.taken[1:]
    assert (first.topic, first.retain, broker.taken[0].topic) == ("p/~/~/alarm", False, "p/~/~/state")
    told = json.loads(first.payload)
    assert (told["alarm_id"], told["event_id"], told["state"]) == (alarm.alarm_id, alarm.alarm_id, "unacknowledged")
    assert (told["decision_id"], told["artifact"]) == (decision.decision_id, decision.model.artifact)
    assert told["received_at"] == json.loads(broker.taken[0].payload)["received_at"]
    then = json.loads(second.payload)
    assert (then["alarm_id"], then["state"], then["operator"]) == (alarm.alarm_id, "shelved", "ann")


@pytest.mark.parametrize(
    ("camera_id", "well_id", "wells"),
    [("cam-1", None, ["12a", "12b"]), ("cam-1", "12b", ["12b"]), ("cam-9", None, ["~"])],
)
async def test_silence_takes_the_good_state_of_each_well_away(
    journal: Journal, camera_id: str, well_id: str | None, wells: list[str]
) -> None:
    broker = FakeBroker()
    await journal.append([Event(new_id(), EventKind.NO_DATA, now(), camera_id, well_id)]).kept()
    await MqttPublisher(journal, broker, "p", CAMERAS).advance(0)
    assert [message.topic for message in broker.taken] == [f"p/{camera_id}/{well}/state" for well in wells]
    assert {(each["verdict"], each["alarm"], each["reason"]) for each in broker.contents()} == {
        ("unknown", True, "no_data")
    }


async def test_a_well_announces_itself_once(journal: Journal) -> None:
    broker = FakeBroker()
    discovery = Discovery("homeassistant", "p", CAMERAS)
    publisher = MqttPublisher(journal, broker, "p", CAMERAS, discovery)
    await journal.append([leak(), leak(well_id="a.b"), leak(well_id="a.b"), leak(well_id="a:b")]).kept()
    await publisher.advance(0)
    announced = [message.topic for message in broker.taken if message.topic.startswith("homeassistant/")]
    assert len(set(announced)) == len(announced) == 2
    assert len(discovery.known()) == 4

"""Sessions are numbered, wait for their host, and take one command."""

import asyncio
import errno
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from service.contract.errors import Unavailable
from service.monitoring.alarms.alarm import Alarm
from service.plugs.mqtt.messages import Message
from service.plugs.mqtt.session import Received
from service.plugs.mqtt.sparkplug import payload
from service.plugs.mqtt.sparkplug.edge_node import REBIRTH, EdgeNode
from service.plugs.mqtt.sparkplug.payload import BOOLEAN, Metric, encoded
from service.plugs.mqtt.sparkplug.session import LONGEST_COMMAND, BirthNumbers, SparkplugSession
from service.record.journal.journal import Journal
from service.setting_groups import JournalSettings

NCMD, STATE = "spBv1.0/plant/NCMD/line", "spBv1.0/STATE/scada"
REBIRTH_COMMAND = encoded(1, [Metric(REBIRTH, value=True, at=1, datatype=BOOLEAN)])


class FakeConnection:
    """Takes what is sent."""

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.more = asyncio.Event()
        self.open = False

    async def send(self, messages: Sequence[Message]) -> None:
        self.sent += messages
        self.more.set()

    def opened(self) -> None:
        self.open = True


async def no_alarms() -> Sequence[Alarm]:
    return []


def a_session(folder: Path, host: str | None = None) -> SparkplugSession:
    journal = Journal(folder / "journal.sqlite3", JournalSettings(), lambda: None)
    node = EdgeNode("plant", "line", {}, lambda: 1)
    return SparkplugSession(node, journal, BirthNumbers(folder / "number"), host, no_alarms, between_births_s=0)


def number(message: Message) -> int:
    value: int = payload._Payload.FromString(message.payload).metrics[0].long_value
    return value


async def begun(session: SparkplugSession) -> tuple[FakeConnection, asyncio.Task[None]]:
    connection = FakeConnection()
    task = asyncio.create_task(session.serve(connection.send, connection.opened))
    await asyncio.sleep(0)
    return connection, task


async def test_every_connection_has_the_next_number_also_after_a_restart_and_tries_have_none(tmp_path: Path) -> None:
    session = a_session(tmp_path)
    assert [number(session.will()) for _ in range(3)] == [0, 0, 0]
    _, task = await begun(session)
    task.cancel()
    assert number(session.will()) == 1
    assert number(a_session(tmp_path).will()) == 2
    (tmp_path / "number").write_text("255")
    assert number(a_session(tmp_path).will()) == 0
    (tmp_path / "number").write_text("what")
    assert number(a_session(tmp_path).will()) == 0


async def test_a_host_that_asks_gets_the_births_again_with_the_same_number(tmp_path: Path) -> None:
    session = a_session(tmp_path)
    will = session.will()
    connection, task = await begun(session)
    await connection.more.wait()
    connection.more.clear()
    session.received(Received(NCMD, REBIRTH_COMMAND, retained=False))
    await connection.more.wait()
    assert [message.topic for message in connection.sent] == ["spBv1.0/plant/NBIRTH/line"] * 2
    assert [number(message) for message in connection.sent] == [number(will)] * 2
    task.cancel()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\xff\xff", "no payload"),
        (b"", "only command"),
        (encoded(1, [Metric(REBIRTH, value=False, at=1, datatype=BOOLEAN)]), "only command"),
        (encoded(1, [Metric("Node Control/Reboot", value=True, at=1, datatype=BOOLEAN)]), "only command"),
        (bytes(LONGEST_COMMAND + 1), "more than"),
    ],
)
async def test_what_is_no_rebirth_is_refused_in_the_log_once_and_changes_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes, why: str
) -> None:
    session = a_session(tmp_path)
    session.will()
    for _ in range(3):
        session.received(Received(NCMD, content, retained=False))
    assert [why in record.message for record in caplog.records] == [True]
    assert not session._asked.is_set()


async def test_a_retained_command_would_come_with_every_connection_and_is_refused(tmp_path: Path) -> None:
    session = a_session(tmp_path)
    session.received(Received(NCMD, REBIRTH_COMMAND, retained=True))
    session.received(Received("spBv1.0/plant/NCMD/other", REBIRTH_COMMAND, retained=False))
    assert not session._asked.is_set()


async def test_births_wait_for_the_primary_host_and_the_session_ends_with_it(tmp_path: Path) -> None:
    session = a_session(tmp_path, "scada")
    session.will()
    assert session.topics == [NCMD, STATE]
    connection, task = await begun(session)
    for state in (b"ONLINE", b"{}", b'{"online": "true", "timestamp": 3}', b'{"online": false, "timestamp": 3}'):
        session.received(Received(STATE, state, retained=True))
    assert (connection.sent, connection.open) == ([], False)
    assert "not online" in (session.awaited or "")
    session.received(Received(STATE, b'{"online": true, "timestamp": 4}', retained=False))
    await connection.more.wait()
    assert (connection.open, session.awaited) == (True, None)
    session.received(Received(STATE, b'{"online": false, "timestamp": 2}', retained=False))
    with pytest.raises(Unavailable, match="primary host"):
        session.received(Received(STATE, b'{"online": false, "timestamp": 4}', retained=False))
    task.cancel()


def test_birth_numbers_go_on_after_a_restart_and_a_damaged_one_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "number"
    assert [BirthNumbers(path).next() for _ in range(3)] == [0, 1, 2]
    assert caplog.messages == []
    path.write_text("")
    assert BirthNumbers(path).next() == 0
    assert "number cannot be read" in caplog.text


def test_a_birth_number_that_cannot_be_kept_whole_leaves_the_last_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "number"
    BirthNumbers(path).next()

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(os, "fsync", full)
    assert BirthNumbers(path).next() == 1
    assert path.read_text() == "0"

"""A real broker and its own client get everything, in order, whatever happens to the connection."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.eventually import until
from tests.mosquitto_server import PASSWORD, USER, Heard, MosquittoServer, mosquitto
from tests.pictures import jpeg
from tests.served_service import send, served, troubles
from tests.wells import good_well, leaking_well


@pytest.fixture
def broker() -> Iterator[MosquittoServer]:
    with mosquitto() as server:
        yield server


@pytest.fixture
def secured_broker() -> Iterator[MosquittoServer]:
    with mosquitto(secured=True) as server:
        yield server


def until_trouble(address: str, *, there: bool) -> str:
    found = until(lambda: troubles(address), lambda found: ("mqtt" in found) is there)
    return found.get("mqtt", "")


def test_decisions_alarms_and_status_reach_a_subscriber(broker: MosquittoServer, tmp_path: Path) -> None:
    with broker.listener("plant/#") as listener, served(tmp_path, mqtt={"url": broker.url, "prefix": "plant"}) as where:
        listener.until(1, "plant/status")
        decisions = [send(where, "12a", jpeg(good_well(1)))]
        decisions += [send(where, "12a", jpeg(leaking_well(seed))) for seed in (1, 2)]
        states = [json.loads(message.payload) for message in listener.until(3, "plant/cam-1/12a/state")]
        (alarm,) = [json.loads(message.payload) for message in listener.until(1, "plant/cam-1/12a/alarm")]
        same = ("decision_id", "verdict", "alarm", "reason", "score_ratio", "well_id", "received_at", "captured_at")
        assert [[state[name] for name in same] for state in states] == [
            [one[name] for name in same] for one in decisions
        ]
        assert {state["artifact"] for state in states} == {decisions[0]["model"]["artifact"]}
        assert not any(message["repeat"] for message in [*states, alarm])
        assert (alarm["event"], alarm["state"], alarm["schema"]) == ("alarm_raised", "unacknowledged", 1)
        assert alarm["decision_id"] in [state["decision_id"] for state in states[1:]]
        assert (alarm["received_at"], alarm["artifact"]) != (None, None)
        with broker.listener("plant/+/+/state") as late:
            (kept,) = late.until(1)
            assert (kept.retained, json.loads(kept.payload)["decision_id"]) == (True, states[-1]["decision_id"])
    status = [message.payload for message in listener_of_past(broker, "plant/status")]
    assert status == ["offline"]


def listener_of_past(broker: MosquittoServer, topic: str) -> list[Heard]:
    with broker.listener(topic) as late:
        return late.until(1)


def test_nothing_is_lost_while_the_broker_is_away_and_all_comes_in_order(
    broker: MosquittoServer, tmp_path: Path
) -> None:
    session = ("-i", "listener", "-c")
    with served(tmp_path, mqtt={"url": broker.url}) as where:
        with broker.listener("leak-inspection/#", *session) as listener:
            sent = [send(where, "1", jpeg(good_well(seed)))["decision_id"] for seed in range(5)]
            before = listener.until(5, "/state")
        broker.stop()
        sent += [send(where, "1", jpeg(good_well(seed)))["decision_id"] for seed in range(5, 160)]
        assert "mqtt" in until_trouble(where, there=True)
        broker.start()
        with broker.listener("leak-inspection/#", *session) as listener:
            after = [message for message in listener.until(155, "/state") if not message.retained]
            until_trouble(where, there=False)
            (online,) = listener.until(1, "/status")[-1:]
            assert online.payload == "online"
    seen = [json.loads(message.payload) for message in [*before, *after]]
    firsts = list(dict.fromkeys(message["decision_id"] for message in seen))
    assert firsts == sent
    again = [
        message
        for place, message in enumerate(seen)
        if message["decision_id"] in {earlier["decision_id"] for earlier in seen[:place]}
    ]
    assert all(message["repeat"] for message in again)


def test_a_service_that_vanishes_is_offline_by_the_brokers_own_word(broker: MosquittoServer, tmp_path: Path) -> None:
    with (
        broker.listener("leak-inspection/status") as listener,
        served(tmp_path, mqtt={"url": broker.url, "prefix": "leak-inspection"}, replica="one"),
    ):
        listener.until(1)
        with broker.listener("nothing", "-i", "leak-inspection-one"):  # who takes its place ends its connection
            assert [message.payload for message in listener.until(2)] == ["online", "offline"]
        assert listener.until(3)[2].payload == "online"


@pytest.mark.filterwarnings("ignore:Exception ignored in. <ssl.SSLSocket")  # paho leaves that to the collector
def test_a_broker_with_tls_and_password_takes_the_service_and_refuses_a_wrong_one(
    secured_broker: MosquittoServer, tmp_path: Path
) -> None:
    mqtt = {"url": secured_broker.url, "ca_file": secured_broker.certificate, "username": USER, "password": PASSWORD}
    with secured_broker.listener("leak-inspection/#") as listener:
        with served(tmp_path, mqtt=mqtt) as where:
            decision = send(where, "1", jpeg(good_well(1)))
            (state,) = listener.until(1, "/state")
            assert json.loads(state.payload)["decision_id"] == decision["decision_id"]
        with served(tmp_path, mqtt={**mqtt, "password": "wrong"}) as where:
            assert "ot authori" in until_trouble(where, there=True)
            assert send(where, "1", jpeg(good_well(2)))["verdict"] == "no_leak"
        with served(tmp_path, mqtt={name: value for name, value in mqtt.items() if name != "ca_file"}) as where:
            assert "certificate verify failed" in until_trouble(where, there=True)


def test_wells_announce_themselves_to_home_assistant_where_that_is_wanted(
    broker: MosquittoServer, tmp_path: Path
) -> None:
    cameras = tmp_path / "cameras.toml"
    cameras.write_text('[cameras.cam-1]\ninterval_s = 5\nwells = ["12a"]\n')
    mqtt = {"url": broker.url, "discovery": "homeassistant"}
    with broker.listener("homeassistant/#") as listener, served(tmp_path, mqtt=mqtt, cameras_file=cameras) as where:
        (first,) = listener.until(1)
        send(where, "12b", jpeg(good_well(1)))
        second = listener.until(2)[1]
    announced = json.loads(second.payload)
    assert announced["state_topic"] == "leak-inspection/cam-1/12b/state"
    assert announced["availability_topic"] == "leak-inspection/status"
    assert json.loads(first.payload)["state_topic"] == "leak-inspection/cam-1/12a/state"

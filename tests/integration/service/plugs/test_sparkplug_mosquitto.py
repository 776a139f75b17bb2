"""An edge node of Sparkplug B before a real broker, read by a decoder that is not ours, held against the rules."""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.eventually import until
from tests.foreign_environments import python_with
from tests.mosquitto_server import Heard, Listener, MosquittoServer, mosquitto, program
from tests.pictures import jpeg
from tests.served_service import send, served
from tests.sparkplug_rules import Rules, Spoken, Told
from tests.wells import good_well, leaking_well

DECODER = Path(__file__).parents[3] / "foreign_clients" / "sparkplug_decoder.py"
NODE = "plant/line-1"
STATE = "spBv1.0/STATE/scada"
READY = "spBv1.0/plant/ready"
TOLD = ("-F", "%r %t %q:%x")


@pytest.fixture
def broker() -> Iterator[MosquittoServer]:
    with mosquitto() as server:
        yield server


@pytest.fixture(scope="module")
def decoder() -> Path:
    return python_with("pysparkplug==0.6.1")


def run(decoder: Path, *arguments: str, lines: str = "") -> str:
    command = [str(decoder), str(DECODER), *arguments]
    return subprocess.run(command, input=lines, capture_output=True, text=True, check=True, timeout=60).stdout


def spoken(decoder: Path, heard: list[Heard]) -> list[Spoken]:
    own = [one for one in heard if one.topic.split("/")[2][1:] in {"BIRTH", "DATA", "DEATH"}]
    lines = "".join(f"{one.topic} {one.payload[2:]}\n" for one in own)
    read = [json.loads(line) for line in run(decoder, lines=lines).splitlines()]
    assert len(read) == len(own)
    return [
        Spoken(
            one["topic"], one["kind"], int(raw.payload[0]), raw.retained, one["seq"], one["timestamp"],
            [Told(*metric) for metric in one["metrics"]],
        )
        for raw, one in zip(own, read, strict=True)
    ]  # fmt: skip


def of_kind(heard: list[Heard], kind: str) -> list[Heard]:
    return [one for one in heard if f"/{kind}/" in one.topic]


def births(count: int) -> Callable[[list[Heard]], bool]:
    return lambda heard: len(of_kind(heard, "NBIRTH")) >= count and heard[-1].topic.split("/")[2] != "NBIRTH"


def send_all(address: str, well_id: str, pictures: list[bytes]) -> list[dict[str, object]]:
    labels = json.dumps([{"camera_id": "cam-1", "well_id": well_id}] * len(pictures))
    files = [("files", (f"{place}.jpg", picture)) for place, picture in enumerate(pictures)]
    answer = httpx.post(f"http://{address}/v1/inspect/batch", data={"meta": labels}, files=files)
    assert answer.status_code == 200, answer.text
    decisions: list[dict[str, object]] = answer.json()["results"]
    return decisions


def publish(broker: MosquittoServer, topic: str, payload: bytes, *options: str) -> None:
    command = [program("mosquitto_pub"), "-h", "127.0.0.1", "-p", str(broker.port), "-q", "1", "-t", topic]
    subprocess.run([*command, "-s" if payload else "-n", *options], input=payload, check=True, timeout=10)


@contextmanager
def listening(broker: MosquittoServer) -> Iterator[Listener]:
    """A listener that is sure to hear what is said from now on: it has heard what was retained for it."""
    publish(broker, READY, b"-", "-r")
    with broker.listener("spBv1.0/plant/#", *TOLD) as listener:
        listener.until(1, READY)
        yield listener


def settings(broker: MosquittoServer, folder: Path, **changes: str) -> dict[str, object]:
    cameras = folder / "cameras.toml"
    cameras.write_text('[cameras.cam-1]\ninterval_s = 60\nwells = ["12a", "12b"]\n')
    return {"mqtt": {"url": broker.url, "sparkplug": NODE, **changes}, "cameras_file": cameras}


def tells(decision: dict[str, object]) -> Callable[[list[Heard]], bool]:
    """Whether the decision's id has been sent; whatever came before it was sent before."""
    wanted = str(decision["decision_id"]).encode().hex()
    return lambda heard: any(wanted in one.payload for one in heard)


def test_births_data_commands_and_death_are_as_the_specification_says(
    broker: MosquittoServer, decoder: Path, tmp_path: Path
) -> None:
    command = bytes.fromhex(run(decoder, "command", "Node Control/Rebirth"))
    other = bytes.fromhex(run(decoder, "command", "Node Control/Reboot"))
    ncmd = "spBv1.0/plant/NCMD/line-1"
    with listening(broker) as listener:
        with served(tmp_path, **settings(broker, tmp_path)) as where:
            until(listener.heard, births(1))
            good = send(where, "12a", jpeg(good_well(1)))
            until(listener.heard, tells(good))
            for payload in (b"\xff" * 40, other, bytes(70_000)):
                publish(broker, ncmd, payload)
            publish(broker, "spBv1.0/plant/DCMD/line-1/cam-1", command)
            leak = send(where, "12a", jpeg(leaking_well(1)))
            until(listener.heard, tells(leak))
            assert len(of_kind(listener.heard(), "NBIRTH")) == 1
            publish(broker, ncmd, command)
            until(listener.heard, births(2))
            new = send(where, "other", jpeg(good_well(2)))
            until(listener.heard, tells(new))
        heard = until(listener.heard, lambda heard: heard[-1].topic.endswith("NDEATH/line-1"))
    said = spoken(decoder, heard)
    Rules("plant", "line-1").hold(said)
    first = next(one for one in said if one.kind == "DBIRTH").values()
    assert (first["12a/verdict"], first["12a/alarm"], first["12b/alarm"]) == ("unknown", True, True)
    reborn = [one for one in said if one.kind == "DBIRTH"][1].values()
    assert (reborn["12a/verdict"], reborn["12a/decision_id"]) == ("leak", leak["decision_id"])
    assert (reborn["12b/verdict"], reborn["12b/alarm"]) == ("unknown", True)
    assert reborn["12a/score_ratio"] == pytest.approx(leak["score_ratio"])
    grown = [one for one in said if one.kind == "DBIRTH"][2].values()
    assert {name.split("/")[0] for name in grown} == {"12a", "12b", "other"}
    assert said[-2].values()["other/verdict"] == "no_leak"


def test_what_happened_while_the_broker_was_away_is_historical_and_then_the_truth_is_current(
    broker: MosquittoServer, decoder: Path, tmp_path: Path
) -> None:
    with served(tmp_path, **settings(broker, tmp_path, sparkplug_host="scada")) as where:
        with listening(broker) as listener:
            publish(broker, STATE, b'{"online": true, "timestamp": 1}', "-r")
            sent = [send(where, "12a", jpeg(good_well(seed))) for seed in range(3)]
            heard = until(listener.heard, tells(sent[-1]))
        publish(broker, STATE, b"", "-r")  # so that the node waits until somebody listens
        broker.stop()
        away = send_all(where, "12a", [jpeg(good_well(seed)) for seed in range(3, 123)])
        away += [send(where, "12a", jpeg(leaking_well(seed))) for seed in range(2)]
        broker.start()
        with listening(broker) as listener:
            publish(broker, STATE, b'{"online": true, "timestamp": 2}', "-r")
            until(listener.heard, tells(away[-1]))
            last = send(where, "12b", jpeg(good_well(1)))
            more = until(listener.heard, tells(last))
            heard += more
    said = spoken(decoder, heard)
    reborn = next(place for place, one in enumerate(said) if one.kind == "NBIRTH" and place > 0)
    before, after = said[:reborn], said[reborn:]
    Rules("plant", "line-1").hold(before)
    Rules("plant", "line-1").hold(after)
    assert after[0].values()["bdSeq"] == before[0].values()["bdSeq"] + 1  # type: ignore[operator]
    birth = after[1].values()
    assert (birth["12a/verdict"], birth["12a/alarm"], birth["12a/reason"]) == ("unknown", True, "catching_up")
    told = [
        one.value for message in after for one in message.metrics if one.historical and one.name == "12a/decision_id"
    ]
    assert told[-122:] == [one["decision_id"] for one in away]
    assert set(told) <= {one["decision_id"] for one in [*sent, *away]}
    current = [one.values() for one in after if one.kind == "DDATA" and "12a/verdict" in one.values()]
    assert [(one["12a/verdict"], one["12a/decision_id"]) for one in current] == [("leak", away[-1]["decision_id"])]


def test_a_node_that_vanishes_dies_by_the_brokers_word_and_is_born_with_the_next_number(
    broker: MosquittoServer, decoder: Path, tmp_path: Path
) -> None:
    with (
        listening(broker) as listener,
        served(tmp_path, replica="one", **settings(broker, tmp_path)) as where,
    ):
        until(listener.heard, births(1))
        with broker.listener("nothing", "-i", "leak-inspection-one"):  # who takes its place ends its connection
            until(listener.heard, births(2))
        last = send(where, "12a", jpeg(good_well(1)))
        heard = until(listener.heard, tells(last))
    said = spoken(decoder, heard)
    rules = Rules("plant", "line-1")
    rules.hold(said)
    assert [one.kind for one in said if one.kind[0] == "N" and one.kind != "NDATA"] == ["NBIRTH", "NDEATH", "NBIRTH"]


def test_nothing_is_sent_without_the_primary_host_and_it_ends_with_it(
    broker: MosquittoServer, decoder: Path, tmp_path: Path
) -> None:
    with listening(broker) as listener:
        with served(tmp_path, **settings(broker, tmp_path, sparkplug_host="scada")) as where:
            first = send(where, "12a", jpeg(good_well(1)))
            for payload in (b"ONLINE", b'{"online": 1, "timestamp": 5}', b'{"online": false, "timestamp": 5}'):
                publish(broker, STATE, payload, "-r")
            assert [one.topic for one in listener.heard()] == [READY]
            publish(broker, STATE, b'{"online": true, "timestamp": 6}', "-r")
            until(listener.heard, tells(first))
            publish(broker, STATE, b'{"online": false, "timestamp": 4}')  # older than what is known
            publish(broker, STATE, b'{"online": false, "timestamp": 7}', "-r")
            until(listener.heard, lambda heard: heard[-1].topic.endswith("NDEATH/line-1"))
            second = send(where, "12a", jpeg(good_well(2)))
            publish(broker, STATE, b'{"online": true, "timestamp": 8}', "-r")
            until(listener.heard, tells(second))
        heard = until(listener.heard, lambda heard: heard[-1].topic.endswith("NDEATH/line-1"))
    said = spoken(decoder, heard)
    Rules("plant", "line-1").hold(said)
    told = [metric.value for one in said for metric in one.metrics if metric.name == "12a/decision_id" and metric.value]
    assert list(dict.fromkeys(told)) == [first["decision_id"], second["decision_id"]]

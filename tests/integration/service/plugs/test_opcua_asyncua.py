"""asyncua's client, in a process without our code, sees what the companion specification promises."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests import served_service
from tests.eventually import until
from tests.opcua_certificates import write_certificate
from tests.pictures import jpeg
from tests.ports import free_port
from tests.served_service import served, troubles
from tests.wells import good_well, leaking_well

CLIENT = Path(__file__).parents[3] / "foreign_clients" / "opcua_client.py"
PATIENCE_S = 60.0
OPERATOR, CAMERA = "operator-key-0123", "camera-key-012345"

Found = list[dict[str, Any]]


def client(what: str, port: int, **options: object) -> Found:
    """Everything that the client prints until it ends."""
    command = [sys.executable, "-I", str(CLIENT), what, f"opc.tcp://127.0.0.1:{port}/", json.dumps(options)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert ended.returncode == 0, ended.stderr
    return [json.loads(line) for line in ended.stdout.splitlines()]


class Watcher:
    """A client that runs on."""

    def __init__(self, port: int, folder: Path) -> None:
        self._out = folder / "watched"
        command = [sys.executable, "-I", str(CLIENT), "watch", f"opc.tcp://127.0.0.1:{port}/"]
        with self._out.open("wb") as out, (folder / "complaints").open("wb") as complaints:
            self.process = subprocess.Popen(command, stdout=out, stderr=complaints)

    def until(self, seen: Callable[[Found], bool]) -> Found:
        return until(lambda: [json.loads(line) for line in self._out.read_text().splitlines()], seen, PATIENCE_S)


@contextmanager
def watching(port: int, folder: Path) -> Iterator[Watcher]:
    watcher = Watcher(port, folder)
    try:
        yield watcher
    finally:
        watcher.process.terminate()
        watcher.process.wait()


def send(address: str, picture: bytes) -> dict[str, Any]:
    return served_service.send(address, "12a", picture, cast_id="cast-7")


def count(found: Found, name: str) -> int:
    return sum(name in one for one in found)


def test_results_are_events_and_a_client_finds_everything_again_after_a_restart(tmp_path: Path) -> None:
    port = free_port()
    opcua = {"enabled": True, "port": port}
    with watching(port, tmp_path) as watcher:
        with served(tmp_path, opcua=opcua) as address:
            watcher.until(lambda found: count(found, "watching") == 1)
            decision = send(address, jpeg(leaking_well(1)))
            found = watcher.until(lambda found: count(found, "event") == 1 and count(found, "heartbeat") > 1)
            (event,) = [one for one in found if "event" in one]
            assert (event["result"], event["part"]) == (decision["decision_id"], "cam-1/12a")
            same = ("verdict", "alarm", "reason", "score_ratio", "cast_id", "received_at", "captured_at")
            assert [event["content"][name] for name in same] == [decision[name] for name in same]
            assert event["content"]["artifact"] == decision["model"]["artifact"]
        watcher.until(lambda found: count(found, "lost") > 0)
        with served(tmp_path, opcua=opcua) as address:
            watcher.until(lambda found: count(found, "watching") == 2)
            again = send(address, jpeg(good_well(2)))
            watcher.until(lambda found: again["decision_id"] in [one.get("result") for one in found])


class Plant(NamedTuple):
    """A service without keys: its address, and the port of OPC UA."""

    address: str
    port: int


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    """A service that serves OPC UA."""
    port = free_port()
    with served(tmp_path_factory.mktemp("opcua"), opcua={"enabled": True, "port": port}) as address:
        yield Plant(address, port)


def test_states_variables_and_methods_are_there_and_wrong_requests_get_their_codes(
    plant: Plant, tmp_path: Path
) -> None:
    with watching(plant.port, tmp_path) as watcher:
        watcher.until(lambda found: count(found, "watching") == 1)
        first = send(plant.address, jpeg(good_well(1)))
        decision = send(plant.address, jpeg(leaking_well(2)))
        watcher.until(lambda found: count(found, "event") == 2)
        beats = count(watcher.until(lambda found: count(found, "heartbeat") > 1), "heartbeat")
        watcher.until(lambda found: count(found, "heartbeat") > beats + 1)
    found = client("look", plant.port, result=decision["decision_id"])
    standing = troubles(plant.address)
    machines = {one["machine"]: (one["state"], one["id"]) for one in found if "machine" in one}
    assert machines["vision"] == ("Operational", "Operational")
    assert machines["automatic"] in {(state, state) for state in ("ContinuousExecution", "Ready")}
    variables = {one["variable"]: one["value"] for one in found if "variable" in one}
    assert (variables["alarm"], variables["ready"], variables["heartbeat"] > 1) == (True, True, True)
    (well,) = [one["fields"] for one in found if one.get("well") == "cam-1/12a"]
    assert (well["verdict"], well["alarm"], well["decision_id"]) == ("leak", True, decision["decision_id"])
    (by_id,) = [one for one in found if "by_id" in one]
    assert (by_id["by_id"], by_id["state"], by_id["error"]) == (decision["decision_id"], 1, 0)
    assert by_id["recipe"] == decision["model"]["artifact"]
    (listed,) = [one for one in found if "listed" in one]
    assert (listed["listed"], listed["complete"], listed["count"]) == ([decision["decision_id"]], False, 1)
    assert first["decision_id"] != decision["decision_id"]
    assert {one["tried"]: one["got"] for one in found if "tried" in one} == {
        "too few": "BadArgumentsMissing",
        "too many": "BadTooManyArguments",
        "wrong type": "BadInvalidArgument",
        "wrong number": "BadInvalidArgument",
        "reset": "BadInvalidArgument",
        "recipe": "BadNotSupported",
        "write": "BadUserAccessDenied",
        "too many subscriptions": "BadTooManySubscriptions",
        "republish": "BadMessageNotAvailable",
        "republish elsewhere": "BadSubscriptionIdInvalid",
    }
    assert standing == {}


def test_who_has_no_trusted_certificate_or_no_operators_key_stays_outside(tmp_path: Path) -> None:
    port = free_port()
    keys = tmp_path / "keys"
    keys.write_text(f"operator {OPERATOR}\ncamera {CAMERA}\n")
    server = write_certificate(tmp_path, "server", "urn:leak-inspection")
    trusted = tmp_path / "trusted"
    trusted.mkdir()
    good = write_certificate(trusted, "good", "urn:client")
    expired = write_certificate(trusted, "expired", "urn:client", days=-1)
    unknown = write_certificate(tmp_path, "unknown", "urn:client")
    (trusted / "good.pem").rename(tmp_path / "good.pem")
    (trusted / "expired.pem").rename(tmp_path / "expired.pem")
    opcua = {"enabled": True, "port": port, "cert_file": server.certificate, "key_file": server.key}
    known = {"user": "anybody", "password": OPERATOR}

    def entered(certificate: Path | None, name: str = "", **options: str) -> str:
        secured = {} if certificate is None else {"certificate": str(certificate), "key": str(tmp_path / f"{name}.pem")}
        (found,) = client("enter", port, uri="urn:client", **secured, **options)
        return "entered" if "entered" in found else str(found["refused"])

    with served(tmp_path, opcua={**opcua, "trusted_dir": trusted}, keys_file=keys):
        assert entered(good.certificate, "good", **known) == "entered"
        assert entered(None, **known) == "entered"
        assert entered(expired.certificate, "expired", **known) == "BadCertificateTimeInvalid"
        assert entered(unknown.certificate, "unknown", **known) == "BadCertificateUntrusted"
        assert entered(good.certificate, "good", user="anybody", password=CAMERA) == "BadUserAccessDenied"
        assert entered(good.certificate, "good", **{**known, "password": "wrong"}) == "BadUserAccessDenied"
        assert entered(good.certificate, "good") != "entered"


def test_a_port_that_is_taken_is_an_incident_and_the_inspection_goes_on(plant: Plant, tmp_path: Path) -> None:
    client("enter", plant.port)
    with served(tmp_path, opcua={"enabled": True, "port": plant.port}) as address:
        until(lambda: "opcua" in troubles(address))
        assert send(address, jpeg(good_well(3)))["verdict"] == "no_leak"

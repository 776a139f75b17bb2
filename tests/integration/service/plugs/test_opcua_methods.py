"""A client starts, stops, halts and resets what is published; the inspection, its alarms and its record go on."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import httpx
import pytest

from tests import served_service
from tests.eventually import until
from tests.pictures import jpeg
from tests.ports import free_port
from tests.served_service import served, troubles
from tests.wells import good_well, leaking_well

CLIENT = Path(__file__).parents[3] / "foreign_clients" / "opcua_client.py"
PATIENCE_S = 60.0
Found = list[dict[str, Any]]


class Controller:
    """A client that calls what it is told to, and prints what happens."""

    def __init__(self, port: int, folder: Path) -> None:
        self._out = folder / "commanded"
        command = [sys.executable, "-I", str(CLIENT), "command", f"opc.tcp://127.0.0.1:{port}/"]
        with self._out.open("wb") as out, (folder / "complaints").open("wb") as complaints:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=out, stderr=complaints, text=True)
        assert self.process.stdin is not None
        self._in: IO[str] = self.process.stdin

    def end(self) -> None:
        self._in.close()
        self.process.terminate()
        self.process.wait()

    def said(self) -> Found:
        return [json.loads(line) for line in self._out.read_text().splitlines()]

    def until(self, seen: Callable[[Found], bool]) -> Found:
        return until(self.said, seen, PATIENCE_S)

    def call(self, method: str, part: str = "") -> dict[str, Any]:
        """Call a method; returns its status, and the job of a start."""
        before = len(self.called())
        self._in.write(f"{method} {part}\n")
        self._in.flush()
        self.until(lambda _: len(self.called()) > before)
        return self.called()[before]

    def until_shown(self, part: str, decision_id: str) -> None:
        """Wait until the variables of a well show a decision: it has been published, or never will be."""
        while self._read(part) != decision_id:
            pass

    def _read(self, part: str) -> str:
        before = len([one for one in self.said() if "read" in one])
        self._in.write(f"Read {part}\n")
        self._in.flush()
        found = self.until(lambda found: len([one for one in found if "read" in one]) > before)
        return str([one["shown"] for one in found if "read" in one][-1])

    def called(self) -> Found:
        return [one for one in self.said() if "called" in one]

    def results(self) -> dict[str, str]:
        """The job of each result that was published."""
        return {one["result"]: one["job"] for one in self.said() if one.get("result")}

    def until_state(self, state: str) -> None:
        """Wait until the last state that was told of is this one."""

        def reached(found: Found) -> bool:
            told = [one["event"] for one in found if "event" in one and one["result"] is None]
            return bool(told) and told[-1].startswith(state)

        self.until(reached)


@contextmanager
def controlling(port: int, folder: Path) -> Iterator[Controller]:
    controller = Controller(port, folder)
    try:
        controller.until(lambda found: any("listening" in one for one in found))
        yield controller
    finally:
        controller.end()


def send(address: str, picture: bytes, well: str = "12a") -> str:
    return str(served_service.send(address, well, picture, cast_id="cast-7")["decision_id"])


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Controller]]:
    """A service, and a client that is connected to it."""
    folder, port = tmp_path_factory.mktemp("opcua"), free_port()
    opcua = {"enabled": True, "port": port}
    with served(folder, opcua=opcua) as address, controlling(port, folder) as controller:
        yield address, controller


def settled(address: str, controller: Controller, number: int) -> None:
    """Reset, and wait until results are published again."""
    assert controller.call("Reset")["got"] == "Good"
    last = send(address, jpeg(good_well(number)), "99z")
    controller.until(lambda _: last in controller.results())
    controller.until_state("Operational ContinuousExecution")


def calls_on_record(address: str, most: int) -> list[dict[str, Any]]:
    """As many calls as the record must hold, in their order."""
    found: list[dict[str, Any]] = []
    with httpx.stream("GET", f"http://{address}/v1/events", params={"after": 0}, timeout=PATIENCE_S) as told:
        for line in told.iter_lines():
            if line.startswith("data:") and "opcua_called" in line:
                found.append(json.loads(line.removeprefix("data:"))["payload"])
                if len(found) == most:
                    break
    return found


def test_results_rest_while_a_client_has_stopped_them_and_nothing_else_does(plant: tuple[str, Controller]) -> None:
    address, controller = plant
    before = send(address, jpeg(good_well(1)))
    controller.until(lambda _: before in controller.results())
    controller.until_state("Operational ContinuousExecution")
    assert controller.call("StartContinuous")["got"] == "BadInvalidState"
    assert controller.call("Stop")["got"] == "Good"
    assert controller.call("Stop")["got"] == "BadInvalidState"
    silent = send(address, jpeg(leaking_well(2)))
    controller.until_shown("cam-1/12a", silent)
    job = controller.call("StartContinuous")
    assert job["got"] == "Good"
    again = send(address, jpeg(good_well(3)))
    controller.until(lambda _: again in controller.results())
    settled(address, controller, 4)
    published = controller.results()
    assert (published[before], published[again]) == ("cast-7", job["job"])
    assert silent not in published
    assert httpx.get(f"http://{address}/v1/decisions/{silent}").json()["verdict"] == "leak"


def test_a_single_job_publishes_one_result_of_its_part(plant: tuple[str, Controller]) -> None:
    address, controller = plant
    settled(address, controller, 5)
    assert controller.call("Stop")["got"] == "Good"
    job = controller.call("StartSingleJob", "cam-1/7b")
    assert job["got"] == "Good"
    other = send(address, jpeg(good_well(6)), "6b")
    wanted = send(address, jpeg(good_well(7)), "7b")
    controller.until(lambda _: wanted in controller.results())
    assert controller.call("Abort")["got"] == "BadInvalidState"
    after = send(address, jpeg(good_well(8)), "7b")
    controller.until_shown("cam-1/7b", after)
    settled(address, controller, 9)
    assert controller.results()[wanted] == job["job"]
    assert not {other, after} & controller.results().keys()


def test_a_halt_is_an_incident_with_who_called_until_it_is_reset(plant: tuple[str, Controller]) -> None:
    address, controller = plant
    settled(address, controller, 10)
    assert controller.call("Halt")["got"] == "Good"
    controller.until(lambda _: "has halted the results" in troubles(address).get("opcua", ""))
    assert controller.call("Halt")["got"] == "BadInvalidState"
    assert controller.call("StartContinuous")["got"] == "BadInvalidState"
    halted = send(address, jpeg(leaking_well(11)))
    controller.until_shown("cam-1/12a", halted)
    settled(address, controller, 12)
    assert halted not in controller.results()
    controller.until(lambda _: "opcua" not in troubles(address))
    granted = [one["called"] for one in controller.called() if one["got"] == "Good"]
    recorded = calls_on_record(address, len(granted))
    assert [one["method"] for one in recorded] == granted
    halt = recorded[granted.index("Halt")]
    assert (halt["from"], halt["to"]) == ("Operational ContinuousExecution", "Halted")
    assert halt["description"] == "a test"
    assert halt["who"] == "somebody at 127.0.0.1"

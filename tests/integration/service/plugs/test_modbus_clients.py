"""Controllers: pymodbus's client, and mbpoll, which has no line in common with our server."""

import select
import shutil
import socket
import struct
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from pymodbus.client import ModbusTcpClient

from service.plugs.modbus.connections import MOST_CONNECTIONS
from service.plugs.modbus.registers import WELL, WELL_WORDS, well_address
from tests.eventually import PATIENCE_S, until
from tests.pictures import jpeg
from tests.ports import free_port
from tests.served_service import send, served, troubles
from tests.wells import good_well, leaking_well

NAMES = {register.offset: register.name for register in WELL if register.words == 1}


@dataclass
class Plant:
    """A service with two wells in registers, its HTTP client and a controller."""

    http: httpx.Client
    plc: ModbusTcpClient
    port: int
    shown: int = 0

    def send(self, well_id: str, picture: bytes) -> dict[str, object]:
        query = {"camera_id": "cam-1", "well_id": well_id}
        answer = self.http.post("/v1/inspect", params=query, content=picture)
        assert answer.status_code == 200, answer.text
        decision: dict[str, object] = answer.json()
        return decision

    def picture(self, leaking: bool = False) -> bytes:
        """A picture that was not shown before."""
        self.shown += 1
        return jpeg((leaking_well if leaking else good_well)(self.shown))

    def words(self, number: int = 0) -> list[int]:
        answer = self.plc.read_holding_registers(well_address(number), count=WELL_WORDS)
        assert not answer.isError(), answer
        return list(answer.registers)

    def well(self, number: int = 0) -> dict[str, int]:
        words = self.words(number)
        return {name: words[offset] for offset, name in NAMES.items()}

    def until(self, seen: Callable[[dict[str, int]], bool], number: int = 0) -> dict[str, int]:
        """Poll as a controller does."""
        return until(lambda: self.well(number), seen)


def answered(port: int) -> bytes:
    """The first byte of the answer to another controller; none where it is refused."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as fresh:
        fresh.sendall(bytes.fromhex("000100000006010300000001"))
        return fresh.recv(1)


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    """The service, with a fast silence."""
    port = free_port()
    modbus = {"enabled": True, "port": port, "wells": "cam-1/12a,cam-1/12b", "trigger_s": 0.3, "valid_s": 20.0}
    with (
        served(tmp_path_factory.mktemp("modbus"), modbus=modbus) as address,
        httpx.Client(base_url=f"http://{address}") as http,
    ):
        plc = ModbusTcpClient("127.0.0.1", port=port)
        until(plc.connect)
        yield Plant(http, plc, port)
        plc.close()


def test_before_the_first_picture_a_well_alarms(plant: Plant) -> None:
    assert plant.well(1) | {"busy": 1, "ready": 1} == {
        "trigger": 0,
        "answered": 0,
        "busy": 1,
        "ready": 1,
        "result": 0,
        "alarm": 2,
        "unknown": 2,
        "sequence": 0,
    }


def test_a_decision_is_in_the_registers_as_it_is_on_record(plant: Plant) -> None:
    before = plant.well()["sequence"]
    decision = plant.send("12a", plant.picture(leaking=True))
    found = plant.until(lambda well: well["sequence"] != before)
    assert (found["result"], found["alarm"], found["unknown"]) == (2, 2, 1)
    packed = struct.pack(f">{WELL_WORDS}H", *plant.words())
    assert str(UUID(bytes=packed[36:52])) == decision["decision_id"]
    assert struct.unpack(">f", packed[16:20])[0] == pytest.approx(decision["score_ratio"], rel=1e-6)


def test_a_trigger_is_taken_once_answered_by_the_next_picture_and_refused_while_busy(plant: Plant) -> None:
    plant.until(lambda well: well["ready"] == 1)
    assert not plant.plc.write_register(well_address(0), 41).isError()
    refused = plant.plc.write_register(well_address(0), 42)
    assert (refused.isError(), refused.exception_code) == (True, 6)
    plant.until(lambda well: well["busy"] == 2)
    plant.send("12a", plant.picture())
    found = plant.until(lambda well: well["answered"] == 41)
    assert (found["busy"], found["result"]) == (1, 1)


def test_a_trigger_without_a_picture_ends_as_silence_and_alarm(plant: Plant) -> None:
    assert not plant.plc.write_registers(well_address(1), [7]).isError()
    found = plant.until(lambda well: well["answered"] == 7, number=1)
    assert (found["result"], found["alarm"]) == (4, 2)


def test_the_heartbeat_is_1_and_2_in_turn_and_the_service_block_says_ready(plant: Plant) -> None:
    def beat() -> int:
        layout, beat, ready, _, wells = plant.plc.read_input_registers(0, count=5).registers
        assert (layout, ready, wells) == (1, 1, 2)
        return int(beat)

    until(beat, lambda found: found == 1)
    until(beat, lambda found: found == 2)
    until(beat, lambda found: found == 1)


@pytest.mark.parametrize("address", [1, 3, well_address(0) + 4, well_address(0) + 5])
def test_nothing_but_triggers_can_be_written(plant: Plant, address: int) -> None:
    before = plant.plc.read_holding_registers(2, count=3).registers, plant.words()
    answers = [
        plant.plc.write_register(address, 1),
        plant.plc.write_registers(address, [1, 1]),
        plant.plc.mask_write_register(address=address, and_mask=0, or_mask=1),
        plant.plc.readwrite_registers(read_address=0, read_count=1, write_address=address, values=[1]),
        plant.plc.write_coil(address, True),
    ]
    assert all(answer.isError() for answer in answers)
    assert (plant.plc.read_holding_registers(2, count=3).registers, plant.words()) == before


def test_what_has_no_register_gets_an_exception(plant: Plant) -> None:
    assert plant.plc.read_holding_registers(50, count=1).exception_code == 2
    assert plant.plc.read_holding_registers(well_address(1), count=100).exception_code == 2


def test_more_connections_than_there_is_room_for_are_closed_and_the_others_served(plant: Plant) -> None:
    with ExitStack() as held:
        where = ("127.0.0.1", plant.port)
        others = [held.enter_context(socket.create_connection(where, PATIENCE_S)) for _ in range(MOST_CONNECTIONS + 1)]
        closed = until(lambda: select.select(others, [], [], 0.1)[0], lambda closed: len(closed) >= 2)
        assert [other.recv(1) for other in closed] == [b"", b""]
        assert plant.words()
    until(lambda: answered(plant.port))  # those that have gone make room


def test_mbpoll_reads_and_triggers(plant: Plant) -> None:
    program = shutil.which("mbpoll")
    if program is None:
        pytest.skip("mbpoll is not installed: make system-packages")
    common = [program, "-m", "tcp", "-p", str(plant.port), "-0", "-1", "-q"]
    plant.send("12b", plant.picture())
    plant.until(lambda well: well["result"] == 1, number=1)
    result = well_address(1) + 4
    read = subprocess.run([*common, "-r", str(result), "127.0.0.1"], capture_output=True, text=True, check=True)
    assert f"[{result}]: \t1" in read.stdout
    wrote = [*common, "-r", str(well_address(1)), "127.0.0.1", "9"]
    subprocess.run(wrote, capture_output=True, text=True, check=True)
    plant.until(lambda well: well["answered"] == 9, number=1)


def test_a_port_that_is_taken_is_an_incident_and_the_inspection_goes_on(plant: Plant, tmp_path: Path) -> None:
    modbus = {"enabled": True, "port": plant.port, "wells": "cam-1/12a"}
    with served(tmp_path, modbus=modbus) as address:
        until(lambda: "modbus" in troubles(address))
        assert send(address, "12a", plant.picture())["verdict"] == "no_leak"

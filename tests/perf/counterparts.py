"""What a plant connects to the plugs: each is started, restarted, and says at the end what it has heard."""

import json
import struct
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol
from uuid import UUID

import grpc
import httpx
import orjson
import psycopg
from pymodbus.client import ModbusTcpClient
from pymodbus.exceptions import ModbusException

from service.contract.journal_entry import DECISION
from service.plugs.grpc.messages import MESSAGES
from service.plugs.grpc.protocol import SERVICE
from service.plugs.modbus.registers import WELL_WORDS, well_address
from service.plugs.oip.tensors import packed
from tests.mosquitto_server import MosquittoServer
from tests.postgres_server import PostgresServer

OPCUA_CLIENT = Path(__file__).parents[1] / "foreign_clients" / "opcua_client.py"
PATIENCE_S = 20.0
POLL_S = 0.05
INFER_EVERY_S = 0.2
DECISION_ID, DECISION_WORDS = 18, 8


class Counterpart(Protocol):
    """Something that the service talks to, or that talks to it."""

    name: str

    def start(self) -> None: ...
    def stop(self) -> None: ...


class Broker:
    """mosquitto, and a subscriber whose session outlives both: messages wait for it in the broker."""

    name = "MQTT broker"

    def __init__(self) -> None:
        self._server = MosquittoServer()
        self._open = ExitStack()
        self._server.start()
        kept = ("-c", "-i", "rehearsal", "-F", "%r %t %m %p")
        self._listener = self._open.enter_context(self._server.listener("leak-inspection/#", *kept))
        self.url = self._server.url

    def start(self) -> None:
        self._server.start()

    def stop(self) -> None:
        self._server.stop()

    def heard(self, leaf: str, name: str) -> dict[str, list[bool]]:
        """Of each id (member ``name``) in topics with that end: which of its messages say ``repeat``, in order.

        What the broker sends to its subscriber again by itself has the number that it had before, and counts once.
        """
        found: dict[str, dict[tuple[str, bool], bool]] = {}
        for message in self._listener.heard():
            if message.topic.endswith(leaf) and not message.retained:
                number, _, payload = message.payload.partition(" ")
                said = json.loads(payload)
                found.setdefault(str(said[name]), {})[number, said["repeat"]] = said["repeat"]
        return {one: [*marks.values()] for one, marks in found.items()}

    def remove(self) -> None:
        self._open.close()
        self._server.remove()


class Copy:
    """PostgreSQL, which gets a copy of the record."""

    name = "PostgreSQL"

    def __init__(self) -> None:
        self._server = PostgresServer()
        self.url = self._server.url

    def start(self) -> None:
        self._server.start()

    def stop(self) -> None:
        self._server.stop()

    def decisions(self) -> set[str]:
        with psycopg.connect(self.url) as connection:
            return {row[0] for row in connection.execute("SELECT id FROM entries WHERE kind = %s", [DECISION])}

    def remove(self) -> None:
        self._server.remove()


class OpcuaClient:
    """asyncua's client in a process of its own, which watches events and the heartbeat."""

    name = "OPC UA client"

    def __init__(self, port: int, folder: Path) -> None:
        self._command = [sys.executable, "-I", str(OPCUA_CLIENT), "watch", f"opc.tcp://127.0.0.1:{port}/"]
        self._out = folder / "opcua"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._out.open("ab") as out:
            self._process = subprocess.Popen(self._command, stdout=out, stderr=subprocess.DEVNULL)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def results(self) -> set[str]:
        lines = self._out.read_text().splitlines() if self._out.exists() else []
        return {said["result"] for said in map(json.loads, filter(_is_whole, lines)) if "result" in said}


class _Looping:
    """Does something again and again in a thread; what goes wrong is counted."""

    name = ""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self.done = 0
        self.failed: list[str] = []

    def start(self) -> None:
        self._stopped.clear()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        raise NotImplementedError


class ModbusClient(_Looping):
    """A controller that reads one well after the other, twenty a second."""

    name = "Modbus client"

    def __init__(self, port: int, wells: int) -> None:
        super().__init__()
        self._port = port
        self._wells = wells

    def _run(self) -> None:
        with ModbusTcpClient("127.0.0.1", port=self._port, timeout=PATIENCE_S) as client:
            while not self._stopped.wait(POLL_S):
                try:
                    answer = client.read_holding_registers(well_address(self.done % self._wells), count=WELL_WORDS)
                    self.done += 1
                    if answer.isError():
                        self.failed.append(str(answer))
                except ModbusException as error:
                    self.failed.append(str(error))

    def decisions(self) -> set[str]:
        """The ids that the registers show now."""
        with ModbusTcpClient("127.0.0.1", port=self._port, timeout=PATIENCE_S) as client:
            blocks = [
                client.read_holding_registers(well_address(well), count=WELL_WORDS).registers
                for well in range(self._wells)
            ]
        words = [block[DECISION_ID : DECISION_ID + DECISION_WORDS] for block in blocks]
        return {str(UUID(bytes=struct.pack(">8H", *each))) for each in words}


class InferenceClient(_Looping):
    """Sends pictures over the Open Inference Protocol, by gRPC and by HTTP in turn."""

    name = "gRPC and /v2 client"

    def __init__(self, port: int, address: str, pictures: list[bytes]) -> None:
        super().__init__()
        self._port = port
        self._address = address
        self._pictures = pictures
        self.decisions: set[str] = set()

    def _run(self) -> None:
        options = (("grpc.enable_http_proxy", 0),)
        target = f"127.0.0.1:{self._port}"
        with grpc.insecure_channel(target, options) as channel, httpx.Client(trust_env=False) as client:
            ask = channel.unary_unary(f"/{SERVICE}/ModelInfer")
            while not self._stopped.wait(INFER_EVERY_S):
                picture = self._pictures[self.done % len(self._pictures)]
                self.done += 1
                try:
                    by_grpc = self.done % 2 == 0
                    self.decisions.add(_by_grpc(ask, picture) if by_grpc else _by_http(client, self._address, picture))
                except (grpc.RpcError, httpx.HTTPError) as error:
                    self.failed.append(str(error))


def _by_grpc(ask: grpc.UnaryUnaryMultiCallable, picture: bytes) -> str:
    tensor = {"name": "image", "datatype": "BYTES", "shape": [1]}
    message = MESSAGES["ModelInferRequest"](
        model_name="leak-inspection",
        inputs=[tensor],
        raw_input_contents=[packed([picture])],
        outputs=[{"name": "decision_id"}],
    )
    body = ask(message.SerializeToString(), timeout=PATIENCE_S, wait_for_ready=True)
    raw: bytes = MESSAGES["ModelInferResponse"].FromString(body).raw_output_contents[0]
    return raw[4:].decode()


def _by_http(client: httpx.Client, address: str, picture: bytes) -> str:
    raw = packed([picture])
    tensor = {"name": "image", "datatype": "BYTES", "shape": [1], "parameters": {"binary_data_size": len(raw)}}
    head = orjson.dumps({"inputs": [tensor], "outputs": [{"name": "decision_id"}]})
    length = {"Inference-Header-Content-Length": str(len(head))}
    answer = client.post(f"{address}/v2/models/leak-inspection/infer", content=head + raw, headers=length)
    return str(answer.raise_for_status().json()["outputs"][0]["data"][0])


def _is_whole(line: str) -> bool:
    """Whether a line was written to its end before its writer was killed."""
    return line.startswith("{") and line.endswith("}")


def restarted(counterpart: Counterpart, away_s: float) -> None:
    """Stop a counterpart, and start it again later."""
    counterpart.stop()
    time.sleep(away_s)
    counterpart.start()

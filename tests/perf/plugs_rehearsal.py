"""A drawn plant with every plug on, each counterpart restarted in turn, beside a service without plugs.

    python -m tests.perf.plugs_rehearsal --minutes N [--artifacts DIR]

Both services get every crop, one after the other in changing order, so that whatever else the machine does meets both
alike. At the end: nothing lost, every alarm once or marked as a repeat, memory flat, and the times of answers compared.
The limit is for good wells: what is on the disk before its answer leaves waits for whatever else writes there, here
PostgreSQL and the broker. Counterparts take their share of this machine's cores too, so times mean something where
some are idle. Needs mosquitto and PostgreSQL. The exit code says whether all held.
"""

import argparse
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import httpx
import numpy as np

from service.commands.demo import good_golden_pictures
from service.contract.artifact import open_artifact, read_active
from service.contract.journal_entry import ALARM_KINDS, DECISION
from service.settings import JOURNAL_FILE, PREFIX
from service.simulation.drawn_plant import CAMERAS, WELLS, DrawnPlant
from tests.perf.counterparts import Broker, Copy, Counterpart, InferenceClient, ModbusClient, OpcuaClient, restarted
from tests.perf.report import markdown
from tests.perf.server_process import ServerProcess
from tests.ports import free_port

READY_S, DRAINED_S = 60.0, 60.0
AWAY_S = 10.0
FRAME_S = 2.0
MOST_GROWTH, MOST_SLOWER = 1.10, 1.20
PARTS = [f"{camera}/{well}" for camera in CAMERAS for well in WELLS]


@dataclass
class Service:
    """A service in a process of its own: how long answers took, by whether they waited for the disk, and its memory."""

    process: ServerProcess
    folder: Path
    client: httpx.Client
    took_s: dict[bool, list[float]] = field(default_factory=lambda: {False: [], True: []})
    rss_mib: list[float] = field(default_factory=list)
    decisions: set[str] = field(default_factory=set)

    def send(self, picture: bytes, labels: dict[str, str]) -> None:
        begun = time.perf_counter()
        answer = self.client.post("/v1/inspect", content=picture, params=labels)
        took_s = time.perf_counter() - begun
        decision = answer.raise_for_status().json()
        self.took_s[decision["verdict"] != "no_leak"].append(took_s)
        self.decisions.add(decision["decision_id"])

    def percentile_ms(self, percent: float, *, durable: bool) -> float:
        """Of the answers of good wells, or of those that are on the disk before they leave."""
        return float(np.percentile(self.took_s[durable], percent)) * 1000

    def recorded(self, kinds: Sequence[str]) -> set[str]:
        """Ids of the entries of some kinds."""
        wanted = ",".join("?" * len(kinds))
        return {row[0] for row in self._rows(f"SELECT id FROM entries WHERE kind IN ({wanted})", kinds)}  # noqa: S608

    def last_of_wells(self) -> set[str]:
        """Ids of the last decision of each well that has registers."""
        last = "SELECT id, wells.camera_id, wells.well_id FROM wells JOIN entries USING (sequence)"
        return {row[0] for row in self._rows(last) if f"{row[1]}/{row[2]}" in PARTS}

    def _rows(self, query: str, values: Sequence[str] = ()) -> list[tuple[str, ...]]:
        with closing(sqlite3.connect(f"file:{self.folder / 'data' / JOURNAL_FILE}?mode=ro", uri=True)) as journal:
            return journal.execute(query, values).fetchall()


@contextmanager
def serving(folder: Path, artifacts: Path, **settings: str) -> Iterator[Service]:
    """Run a service until the block ends."""
    port = free_port()
    folder.mkdir()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    environment |= {f"{PREFIX}{name}": value for name, value in settings.items()}
    place = ["--port", str(port), "--artifacts", str(artifacts), "--data-dir", str(folder / "data")]
    with (folder / "log").open("wb") as log:
        command = [sys.executable, "-m", "service.cli", "serve", *place]
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=READY_S) as client:
            ends = time.monotonic() + READY_S
            while not _ready(client):
                if process.poll() is not None or time.monotonic() > ends:
                    raise SystemExit(f"the service does not serve: {(folder / 'log').read_text()[-2000:]}")
                time.sleep(0.1)
            yield Service(ServerProcess(process.pid, port, 0.0), folder, client)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _ready(client: httpx.Client) -> bool:
    try:
        return client.get("/health/ready").is_success
    except httpx.TransportError:
        return False


def rehearse(minutes: float, artifacts: Path, folder: Path, opened: ExitStack) -> bool:
    """Run it, and print what came of it; returns whether all held."""
    broker, copy = Broker(), Copy()
    opened.callback(broker.remove)
    opened.callback(copy.remove)
    ports = {name: str(free_port()) for name in ("GRPC_PORT", "MODBUS_PORT", "OPCUA_PORT")}
    on = dict.fromkeys(("OIP_ENABLED", "GRPC_ENABLED", "MODBUS_ENABLED", "OPCUA_ENABLED"), "true")
    told = {"MQTT_URL": broker.url, "MODBUS_WELLS": ",".join(PARTS), "DATABASE_URL": copy.url}
    bare = opened.enter_context(serving(folder / "bare", artifacts))
    plugged = opened.enter_context(serving(folder / "plugged", artifacts, **ports, **on, **told))
    golden = good_golden_pictures(open_artifact(artifacts / read_active(artifacts)))
    plant = DrawnPlant(golden)
    crops = [crop.image for number in range(4) for crop in DrawnPlant(golden, 1).frame(CAMERAS[0], number, 0.0)]
    infer = InferenceClient(int(ports["GRPC_PORT"]), str(plugged.client.base_url).rstrip("/"), crops)
    modbus = ModbusClient(int(ports["MODBUS_PORT"]), len(PARTS))
    opcua = OpcuaClient(int(ports["OPCUA_PORT"]), folder)
    clients: list[Counterpart] = [infer, modbus, opcua]
    for client in clients:
        client.start()
        opened.callback(client.stop)
    restarts = threading.Thread(target=_restart_in_turn, args=([broker, copy, *clients], minutes * 60), daemon=True)
    restarts.start()
    _show(plant, (bare, plugged), minutes * 60)
    restarts.join()
    infer.stop()
    return _judged(bare, plugged, broker, copy, infer, modbus, opcua)


def _restart_in_turn(counterparts: Sequence[Counterpart], seconds: float) -> None:
    pause_s = max(0.0, seconds / (len(counterparts) + 1) - AWAY_S)
    for counterpart in counterparts:
        time.sleep(pause_s)
        print(f"{counterpart.name} is away for {AWAY_S:g} s", flush=True)  # noqa: T201
        restarted(counterpart, AWAY_S)


def _show(plant: DrawnPlant, services: Sequence[Service], seconds: float) -> None:
    """Send frames as crops, each to every service."""
    began = time.monotonic()
    number = 0
    while (at_s := time.monotonic() - began) < seconds:
        for camera in CAMERAS:
            for crop in plant.frame(camera, number, at_s):
                captured_at = crop.captured_at.isoformat().replace("+00:00", "Z")
                labels = {"camera_id": camera, "well_id": crop.well_id, "captured_at": captured_at}
                for service in random.sample(services, len(services)):
                    service.send(crop.image, labels)
        for service in services:
            service.rss_mib.append(service.process.rss_mib)
        number += 1
        time.sleep(max(0.0, began + number * FRAME_S - time.monotonic()))


def _judged(
    bare: Service,
    plugged: Service,
    broker: Broker,
    copy: Copy,
    infer: InferenceClient,
    modbus: ModbusClient,
    opcua: OpcuaClient,
) -> bool:
    answered = plugged.decisions | infer.decisions
    ends = time.monotonic() + DRAINED_S
    while time.monotonic() < ends:
        recorded, alarms = plugged.recorded([DECISION]), plugged.recorded([*ALARM_KINDS])
        last = plugged.last_of_wells()
        states, told = broker.heard("/state", "decision_id"), broker.heard("/alarm", "event_id")
        copied, shown = copy.decisions(), modbus.decisions()
        if answered <= recorded <= states.keys() and alarms <= told.keys() and recorded <= copied and last <= shown:
            break
        time.sleep(1.0)
    again = [marks for marks in [*states.values(), *told.values()] if not all(marks[1:])]
    growth = median(plugged.rss_mib[-30:]) / median(plugged.rss_mib[len(plugged.rss_mib) // 3 :][:30])
    good, durable = _compared(bare, plugged, durable=False), _compared(bare, plugged, durable=True)
    slower = good[99][1] / good[99][0]
    rows = [
        ("answered, not on record", len(answered - recorded), "0", not answered - recorded),
        (f"of {len(recorded)} decisions not in MQTT", len(recorded - states.keys()), "0", recorded <= states.keys()),
        (f"of {len(alarms)} alarm events not in MQTT", len(alarms - told.keys()), "0", alarms <= told.keys()),
        ("sent again without `repeat`", len(again), "0", not again),
        ("not in PostgreSQL", len(recorded - copied), "0", recorded <= copied),
        ("wells whose last result Modbus does not show", len(last - shown), "0", last <= shown),
        ("events in OPC UA", len(opcua.results() & recorded), "above 0", bool(opcua.results() & recorded)),
        (f"of {modbus.done} reads of Modbus failed", len(modbus.failed), "0", not modbus.failed),
        (f"of {infer.done} calls of gRPC and /v2 failed", len(infer.failed), "0", not infer.failed),
        ("memory, end over beginning", f"{growth:.3f}", f"up to {MOST_GROWTH}", growth <= MOST_GROWTH),
        *((f"p{percent} without and with plugs, ms", _pair(times), "", True) for percent, times in good.items()),
        *((f"p{percent} of what waits for the disk, ms", _pair(times), "", True) for percent, times in durable.items()),
        ("p99 ratio", f"{slower:.3f}", f"up to {MOST_SLOWER}", slower <= MOST_SLOWER),
    ]
    print(markdown(("what", "found", "wanted", "held"), [tuple(map(str, row)) for row in rows]))  # noqa: T201
    print([*infer.failed[:3], *modbus.failed[:3]])  # noqa: T201
    return all(held for *_, held in rows)


def _compared(bare: Service, plugged: Service, *, durable: bool) -> dict[int, tuple[float, float]]:
    return {
        percent: (bare.percentile_ms(percent, durable=durable), plugged.percentile_ms(percent, durable=durable))
        for percent in (50, 95, 99)
    }


def _pair(times: tuple[float, float]) -> str:
    return "{:.2f}, {:.2f}".format(*times)


def main() -> int:
    """Rehearse; 0 where all held."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60.0, help="how long the plant casts")
    parser.add_argument("--artifacts", type=Path, default=Path("model_artifacts"), help="folder of artefacts")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="leak-rehearsal-") as folder, ExitStack() as opened:
        return 0 if rehearse(options.minutes, options.artifacts, Path(folder), opened) else 1


if __name__ == "__main__":
    sys.exit(main())

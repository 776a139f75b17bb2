"""node-opcua calls methods, and its subscription goes on after a restart: asyncua's own would keep it asking."""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.foreign_environments import node_with
from tests.ports import free_port
from tests.served_service import served

CLIENT = Path(__file__).parents[3] / "foreign_clients" / "opcua_node.js"
PATIENCE_S = 90.0


@pytest.mark.timeout(600)
def test_methods_are_called_and_a_subscription_goes_on_after_a_restart(tmp_path: Path) -> None:
    packages = node_with("node-opcua-client@2.182.2")
    port = free_port()
    opcua = {"enabled": True, "port": port}
    out = tmp_path / "out"

    def until(seen: Callable[[list[str]], bool]) -> None:
        ends = time.monotonic() + PATIENCE_S
        while not seen(out.read_text().splitlines()):
            assert time.monotonic() < ends, out.read_text()
            time.sleep(0.05)

    with out.open("wb") as said:
        command = ["node", str(CLIENT), str(packages), f"opc.tcp://127.0.0.1:{port}/"]
        client = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT)
    try:
        with served(tmp_path, opcua=opcua):
            until(lambda lines: "called Reset Good" in lines)
            until(lambda lines: sum(line.startswith("heartbeat") for line in lines) > 1)
        until(lambda lines: "lost" in lines)
        called = [line for line in out.read_text().splitlines() if line.startswith("called")]
        assert called == ["called Halt Good", "called Halt BadInvalidState", "called Reset Good"]
        with served(tmp_path, opcua=opcua):
            until(lambda lines: "reestablished" in lines)
            until(lambda lines: any(line.startswith("heartbeat") for line in lines[lines.index("reestablished") :]))
    finally:
        client.terminate()
        client.wait()

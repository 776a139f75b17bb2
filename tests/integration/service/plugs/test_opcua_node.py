"""node-opcua calls methods, and its subscription goes on after a restart: asyncua's own would keep it asking."""

import subprocess
from pathlib import Path

import pytest

from tests.eventually import until
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

    def said() -> list[str]:
        return out.read_text().splitlines()

    with out.open("wb") as heard:
        command = ["node", str(CLIENT), str(packages), f"opc.tcp://127.0.0.1:{port}/"]
        client = subprocess.Popen(command, stdout=heard, stderr=subprocess.STDOUT)
    try:
        with served(tmp_path, opcua=opcua):
            until(said, lambda lines: "called Reset Good" in lines, PATIENCE_S)
            until(said, lambda lines: sum(line.startswith("heartbeat") for line in lines) > 1, PATIENCE_S)
        until(said, lambda lines: "lost" in lines, PATIENCE_S)
        called = [line for line in said() if line.startswith("called")]
        assert called == ["called Halt Good", "called Halt BadInvalidState", "called Reset Good"]
        with served(tmp_path, opcua=opcua):
            until(said, lambda lines: "reestablished" in lines, PATIENCE_S)
            until(
                said,
                lambda lines: any(line.startswith("heartbeat") for line in lines[lines.index("reestablished") :]),
                PATIENCE_S,
            )
    finally:
        client.terminate()
        client.wait()

"""The stack with its profile `alerts` and a file of settings of its own: what is set arrives, and so do the alerts."""

import json
import tempfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.e2e.stack import Stack, eventually

pytestmark = [pytest.mark.containers, pytest.mark.timeout(900)]

SETTINGS = """
# two are wanted and one runs, which is an alert
LEAK_INSPECTION_REPLICAS=2
LEAK_INSPECTION_KEYS_FILE=/config/keys
LEAK_INSPECTION_LOG_LEVEL
"""
MISSING = "LeakInspectionReplicasMissing"
LONGEST_S = 120.0  # half a minute until it fires, and a busy machine


class Webhook:
    """Listens on every address of the machine, and keeps the alerts that come by their names."""

    def __init__(self) -> None:
        self.told: dict[str, str] = {}
        told = self.told

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                message = json.loads(self.rfile.read(int(self.headers["content-length"])))
                for alert in message["alerts"]:
                    told[alert["labels"]["alertname"]] = alert["status"]
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("0.0.0.0", 0), Handler)  # noqa: S104  # containers reach it by the bridge
        self.port: int = self._server.server_address[1]

    def __enter__(self) -> "Webhook":
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def webhook() -> Iterator[Webhook]:
    with Webhook() as webhook:
        yield webhook


@pytest.fixture(scope="module")
def stack(engine: dict[str, str], webhook: Webhook) -> Iterator[Stack]:
    # Not below pytest's own folder, which the user of the containers must not enter.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "service.env").write_text(SETTINGS)
        (folder / "keys").write_text("admin admin-key-0123456789\n")
        (folder / "unreadable").write_text("admin admin-key-0123456789\n")
        (folder / "unreadable").chmod(0)
        settings = {
            "CONFIG_DIR": name,
            "ENV_FILE": str(folder / "service.env"),
            "LEAK_INSPECTION_LOG_LEVEL": "debug",
            "ALERT_WEBHOOK_URL": f"http://host.docker.internal:{webhook.port}/alerts",
            "ALERT_GROUP_WAIT": "1s",
        }
        with Stack(engine, profiles=["alerts"], **settings) as stack:
            stack.bring_up()
            eventually(stack.ready, "the service is ready")
            yield stack


def test_the_settings_of_the_file_and_of_the_shell_reach_the_service(stack: Stack) -> None:
    environment = stack.inspect("service")["Config"]["Env"]
    assert "LEAK_INSPECTION_KEYS_FILE=/config/keys" in environment
    assert "LEAK_INSPECTION_LOG_LEVEL=debug" in environment
    assert "LEAK_INSPECTION_PORT=8000" in environment
    eventually(lambda: stack.value("leak_inspection_wanted_replicas") == 2, "Prometheus reads two wanted replicas")


@pytest.mark.usefixtures("stack")
def test_an_alert_reaches_the_webhook(webhook: Webhook) -> None:
    eventually(lambda: webhook.told.get(MISSING) == "firing", "the webhook is told", LONGEST_S)


def test_alertmanager_is_healthy_by_its_own_check_and_hardened(stack: Stack) -> None:
    eventually(lambda: stack.is_healthy("alertmanager"), "Alertmanager is healthy")
    host = stack.inspect("alertmanager")["HostConfig"]
    assert host["ReadonlyRootfs"]
    assert host["CapDrop"] == ["ALL"]
    assert {binding["HostIp"] for binding in host["PortBindings"]["9093/tcp"]} == {"127.0.0.1"}


def test_a_keys_file_that_the_user_of_the_container_cannot_read_ends_in_one_clear_line(stack: Stack) -> None:
    command = ("leak-inspection", "serve", "--port", "0", "--data-dir", "/tmp/other")  # noqa: S108  # in the container
    said = stack.inside("service", "env", "LEAK_INSPECTION_KEYS_FILE=/config/unreadable", *command)
    assert said.count("\n") == 0
    assert "/config/unreadable cannot be read by user 10001 (Permission denied)" in said

"""Checks of what the service talks to, against real sockets."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from pydantic import SecretStr

from service.diagnosis.finding import State
from service.diagnosis.surroundings import check_broker, check_postgres, check_prometheus, check_webhook
from service.settings import Settings

NOBODY = "127.0.0.1:9"


@contextmanager
def prometheus(*targets: str) -> Iterator[str]:
    """A server that answers each query with the values of targets; gives its address."""
    answer = json.dumps({"data": {"result": [{"metric": {}, "value": [0, value]} for value in targets]}}).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name there
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(("targets", "state"), [((), State.FAILED), (("1", "1"), State.OK), (("1", "0"), State.FAILED)])
def test_prometheus_has_to_reach_the_service(targets: tuple[str, ...], state: State) -> None:
    with prometheus(*targets) as address:
        assert check_prometheus(address).state is state


@pytest.mark.parametrize("url", [f"http://user:secret@{NOBODY}", "http://[", "no address"])
def test_a_prometheus_that_cannot_be_asked_is_told_without_its_password(url: str) -> None:
    found = check_prometheus(url)
    assert found.state is State.FAILED
    assert "secret" not in found.text


def test_what_is_off_is_not_looked_for(settings: Settings) -> None:
    found = [check_postgres(settings), check_webhook(settings), *check_broker(settings), check_prometheus(None)]
    assert [finding.state for finding in found] == [State.SKIPPED] * 4


def test_what_cannot_be_reached_is_told_without_its_secrets(settings: Settings) -> None:
    broker = settings.mqtt.model_copy(update={"url": f"mqtt://{NOBODY}"})
    away = settings.model_copy(
        update={
            "database_url": SecretStr(f"postgresql://user:secret@{NOBODY}/record"),
            "webhook_url": f"http://{NOBODY}/hooks/secret",
            "mqtt": broker,
        }
    )
    for found in (check_postgres(away), check_webhook(away), *check_broker(away)):
        assert found.state is State.FAILED
        assert found.remedy
        assert "secret" not in found.text + found.remedy


def test_a_receiver_that_listens_is_fine(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as receiver:
        port = receiver.getsockname()[1]
        assert (
            check_webhook(settings.model_copy(update={"webhook_url": f"http://127.0.0.1:{port}/x"})).state is State.OK
        )

"""The whole service on a socket of loopback, in a thread, for clients that are not ours."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from service.app import create_app
from service.edge.protocol import BoundedProtocol
from service.settings import Settings
from tests.small_artifact import write_artifact


@contextmanager
def served(folder: Path, **changes: object) -> Iterator[str]:
    """Serve a small artefact from a folder; yields host and port. Keyword arguments change settings."""
    artifacts = folder / "artifacts"
    if not artifacts.exists():
        write_artifact(artifacts)
    settings = Settings.model_validate({"artifacts": artifacts, "data_dir": folder / "data", **changes})
    config = uvicorn.Config(create_app(settings), port=0, http=BoundedProtocol, lifespan="on", log_config=None)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the service did not start"
        threading.Event().wait(0.01)
    try:
        yield f"127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def send(address: str, well_id: str, picture: bytes, **labels: str) -> dict[str, Any]:
    """Have a picture of a well of cam-1 judged; return the decision."""
    query = {"camera_id": "cam-1", "well_id": well_id, **labels}
    answer = _client().post(f"http://{address}/v1/inspect", params=query, content=picture)
    assert answer.status_code == 200, answer.text
    decision: dict[str, Any] = answer.json()
    return decision


def troubles(address: str) -> dict[str, str]:
    """The texts of the incidents that stand, by kind."""
    standing = _client().get(f"http://{address}/v1/status").json()["troubles"]
    return {incident["kind"]: incident["text"] for incident in standing}


@cache
def _client() -> httpx.Client:
    """One for all: each new one reads the certificates of the system, which takes longer than a verdict."""
    return httpx.Client(limits=httpx.Limits(max_keepalive_connections=0))

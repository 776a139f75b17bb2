"""The service keeps to its OpenAPI document whatever fits, or does not fit, the document: with and without keys."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance

from service.app import create_app
from service.edge.protocol import BoundedProtocol
from service.settings import Settings
from tests.contract_document import DOCUMENT
from tests.small_artifact import write_artifact

EXAMPLES = 12
ADMIN = "admin-key-01234567"
CAMERA = "camera-key-0123456"
LOOKED_AT = [not_a_server_error, status_code_conformance, content_type_conformance]

pytestmark = pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisDeprecationWarning")  # by schemathesis

schema = schemathesis.openapi.from_path(DOCUMENT).exclude(path="/v1/events")  # a stream without an end


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service with keys on a socket of its own, in a thread."""
    folder = tmp_path_factory.mktemp("contract")
    write_artifact(folder / "artifacts")
    keys = folder / "keys"
    keys.write_text(f"admin {ADMIN}\ncamera {CAMERA}\n")
    served = Settings(artifacts=folder / "artifacts", data_dir=Path(folder / "data"), keys_file=keys)
    config = uvicorn.Config(create_app(served), port=0, http=BoundedProtocol, lifespan="on", log_config=None)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        threading.Event().wait(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.mark.parametrize("key", [ADMIN, CAMERA, None], ids=["admin", "camera", "no key"])
@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_every_answer_is_one_the_document_promises(case: schemathesis.Case[Any], address: str, key: str | None) -> None:
    headers = {} if key is None else {"x-api-key": key}
    case.call_and_validate(base_url=address, headers=headers, checks=LOOKED_AT, timeout=20)

"""What the tests of the service share: an artefact, settings, a database, the whole application without a socket."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import httpx
import hypothesis
import pytest
from asgi_lifespan import LifespanManager

from service.app import create_app
from service.settings import Settings
from tests.postgres_server import NoPostgres, PostgresServer
from tests.small_artifact import write_artifact

hypothesis.settings.register_profile("any_machine", deadline=None)  # a slow one is no failure
hypothesis.settings.load_profile("any_machine")

Serve = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture
def artifacts(tmp_path: Path) -> Path:
    """A folder with one active artefact."""
    root = tmp_path / "artifacts"
    write_artifact(root)
    return root


@pytest.fixture
def settings(artifacts: Path, tmp_path: Path) -> Settings:
    """Settings over that artefact and an empty data folder."""
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    return Settings(artifacts=artifacts, data_dir=data_dir)


@pytest.fixture
def postgres() -> Iterator[PostgresServer]:
    """A running, empty PostgreSQL."""
    try:
        server = PostgresServer()
    except NoPostgres as reason:
        pytest.skip(str(reason))
    yield server
    server.remove()


@pytest.fixture
def serve(settings: Settings) -> Serve:
    """Start the whole application, lifespan included; keyword arguments change settings."""

    @asynccontextmanager
    async def start(**changes: object) -> AsyncIterator[httpx.AsyncClient]:
        app = create_app(Settings.model_validate(settings.model_dump() | changes))
        async with LifespanManager(app, startup_timeout=60, shutdown_timeout=60):
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                yield client

    return start

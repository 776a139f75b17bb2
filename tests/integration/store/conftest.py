from collections.abc import Iterator

import pytest

from tests.integration.store.postgres_server import NoPostgres, PostgresServer


@pytest.fixture
def postgres() -> Iterator[PostgresServer]:
    """A running, empty PostgreSQL."""
    try:
        server = PostgresServer()
    except NoPostgres as reason:
        pytest.skip(str(reason))
    yield server
    server.remove()

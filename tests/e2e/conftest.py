"""A browser, a service, a visit to its page that ends with nothing to complain of; and an engine for containers."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.e2e.running_service import RunningService
from tests.e2e.stack import NoEngine, container_engine
from tests.e2e.visitor import DESK, Visitor, chromium

expect.set_options(timeout=10_000)

Visit = Callable[..., Page]

IMAGES = (
    "python:3.11-slim-bookworm",
    "prom/prometheus:v2.55.1",
    "prom/alertmanager:v0.27.0",
    "postgres:15-bookworm",
    "nginx:1.27-alpine",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    with RunningService(tmp_path_factory.mktemp("service")) as service:
        yield service


@pytest.fixture
def visit(browser: Browser, service: RunningService) -> Iterator[Visit]:
    """Open views of the page; afterwards no error was logged and nothing left the host."""
    visitors: list[Visitor] = []

    def open_page(place: str = "", locale: str = "en-GB", viewport: ViewportSize = DESK) -> Page:
        visitors.append(Visitor(browser, service.address, locale, viewport))
        return visitors[-1].go(place)

    yield open_page
    for visitor in visitors:
        visitor.leave()
        assert visitor.complaints == []
        assert visitor.strange_requests == []


@pytest.fixture(scope="session")
def engine() -> Iterator[dict[str, str]]:
    """The environment of a machine that runs containers, or a skip that says what is missing."""
    try:
        with container_engine(IMAGES) as environment:
            yield environment
    except NoEngine as reason:
        pytest.skip(str(reason))

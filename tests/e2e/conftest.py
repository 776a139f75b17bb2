"""A browser, a service, and a visit to its page that ends with nothing to complain of."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.e2e.running_service import RunningService
from tests.e2e.visitor import DESK, Visitor, chromium

expect.set_options(timeout=10_000)

Visit = Callable[..., Page]


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
        assert [one for one in visitor.complaints if "404" not in one] == []
        assert visitor.strange_requests == []

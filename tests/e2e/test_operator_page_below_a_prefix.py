"""The page and the API's documentation in a browser, below a path of a real nginx that has other things at its root."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.running_service import RunningService
from tests.e2e.visitor import Visitor
from tests.nginx_server import NginxServer, NoNginx
from tests.wells import leaking_well

OPERATOR = "operator-key-0123456789"
PLANT = """
events {}
http {
    access_log off;
    server {
        listen 8080;
        include prefix.conf;
        location / { return 404; }
    }
}
"""
HEADER = "proxy_set_header X-Forwarded-Prefix /inspection;"

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    folder = tmp_path_factory.mktemp("service")
    keys = folder / "keys"
    keys.write_text(f"operator {OPERATOR}\n")
    with RunningService(folder, keys_file=keys) as service:
        yield service


@pytest.fixture(params=[{}, {HEADER: ""}], ids=["with the header", "without it"])
def visitor(browser: Browser, guarded: RunningService, request: pytest.FixtureRequest) -> Iterator[Visitor]:
    """Nothing outside of the path is asked for."""
    moved = {"127.0.0.1:8000": f"127.0.0.1:{guarded.port}"}
    try:
        nginx = NginxServer(main="plant.conf", changes=moved | request.param, added={"plant.conf": PLANT})
    except NoNginx as reason:
        pytest.skip(str(reason))
    with nginx:
        visitor = Visitor(browser, f"{nginx.url}/inspection")
        yield visitor
        visitor.leave()
        assert visitor.strange_requests == []


def test_an_operator_signs_in_and_looks_at_a_leak(visitor: Visitor, guarded: RunningService) -> None:
    page = visitor.go()
    page.get_by_label("Operator key").fill(OPERATOR)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#link-words")).to_have_text("Live")
    guarded.post(leaking_well(1), key=OPERATOR, camera_id="cam-1", well_id="12a")
    card = page.locator(".card", has_text="Leak 12a")
    expect(card).to_be_visible()
    card.get_by_role("button", name="Look closer").click()
    expect(page.locator("#decision img").first).to_be_visible()
    assert page.evaluate("[...document.images].every((image) => image.naturalWidth > 0)")


def test_the_documentation_shows_the_calls(visitor: Visitor) -> None:
    visitor.go("docs")
    expect(visitor.page.get_by_text("Judge one crop", exact=True)).to_be_visible()
    assert visitor.complaints == []

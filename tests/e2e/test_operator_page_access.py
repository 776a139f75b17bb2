"""Who may see the operator page, and what its session is made of."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.running_service import RunningService
from tests.e2e.visitor import Visitor
from tests.wells import leaking_well

pytestmark = pytest.mark.browser

KEYS = {"camera": "camera-key-0123456789", "operator": "operator-key-0123456789"}


@pytest.fixture(scope="module")
def locked_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    folder = tmp_path_factory.mktemp("locked")
    keys = folder / "keys.txt"
    keys.write_text("".join(f"{role} {key}\n" for role, key in KEYS.items()))
    with RunningService(folder, keys_file=keys) as service:
        yield service


@pytest.fixture
def page(browser: Browser, locked_service: RunningService) -> Iterator[Page]:
    visitor = Visitor(browser, locked_service.address)
    yield visitor.go()
    visitor.leave()


def sign_in(page: Page, key: str) -> None:
    page.get_by_label("Operator key").fill(key)
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize(
    ("key", "answer"),
    [("wrong-key-0123456789", "This key is not accepted."), (KEYS["camera"], "your key does not allow it")],
    ids=["unknown", "of a camera"],
)
def test_another_key_does_not_open_the_page(page: Page, key: str, answer: str) -> None:
    sign_in(page, key)
    expect(page.locator("#login-problem")).to_contain_text(answer)
    expect(page.locator("#login")).to_be_visible()


def test_an_operator_signs_in_once_and_out_again(page: Page, locked_service: RunningService) -> None:
    sign_in(page, KEYS["operator"])
    expect(page.locator("#link-words")).to_have_text("Live")
    locked_service.post(leaking_well(1), key=KEYS["camera"], camera_id="cam-1", well_id="12a")
    expect(page.locator(".card", has_text="Leak 12a")).to_be_visible()
    page.reload()
    expect(page.locator("#link-words")).to_have_text("Live")
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("#login")).to_be_visible()


def test_no_script_can_read_the_session_and_no_other_site_can_use_it(page: Page) -> None:
    sign_in(page, KEYS["operator"])
    expect(page.locator("#link-words")).to_have_text("Live")
    assert page.evaluate("document.cookie") == ""
    cookie = page.context.cookies()[0]
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")

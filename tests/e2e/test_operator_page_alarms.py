"""The operator page when something is wrong: alarms, silent cameras, a service that hangs, dies or stops."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.running_service import RunningService
from tests.e2e.visitor import Visitor
from tests.wells import good_well, leaking_well

pytestmark = pytest.mark.browser

CAMERAS = """
[cameras.cam-1]
interval_s = 0.5
wells = ["1a", "1b"]
"""


@pytest.fixture
def own_service(tmp_path: Path) -> Iterator[RunningService]:
    """A service that may be hurt, with one configured camera."""
    cameras = tmp_path / "cameras.toml"
    cameras.write_text(CAMERAS)
    with RunningService(tmp_path, cameras_file=cameras) as service:
        yield service


@pytest.fixture
def page(browser: Browser, own_service: RunningService) -> Iterator[Page]:
    visitor = Visitor(browser, own_service.address)
    yield visitor.go()
    visitor.leave()


def send_frame(service: RunningService) -> None:
    for well_id in ("1a", "1b"):
        service.post(good_well(1), camera_id="cam-1", well_id=well_id)


def test_a_silent_camera_is_told_loudly_and_so_is_its_return(page: Page, own_service: RunningService) -> None:
    send_frame(own_service)
    expect(page.locator(".camera-state")).to_have_text("alive")
    banner = page.locator(".banner", has_text="CAMERA cam-1 SENDS NOTHING")
    expect(banner).to_be_visible()
    expect(page.locator("#summary-headline")).to_have_text("2 wells NOT WATCHED")
    cell = page.get_by_label("Well 1a: No picture")
    expect(cell).to_be_visible()
    expect(cell).to_have_css("background-size", "auto")  # hatched all over, without the bar of its last score
    send_frame(own_service)
    expect(banner).to_be_hidden()
    expect(page.get_by_label("Well 1a: No leak")).to_be_visible()


def test_a_camera_that_never_sent_anything_is_on_the_board(page: Page) -> None:
    expect(page.locator(".camera h2")).to_have_text("cam-1")
    expect(page.get_by_label("Well 1b: No picture")).to_be_visible()


def test_among_what_is_over_leaks_come_before_newer_unknowns(page: Page, own_service: RunningService) -> None:
    for picture, well_id in ((leaking_well, "9"), (lambda seed: good_well(seed) // 64, "10")):
        for seed in (1, 2, 3):
            own_service.post(picture(seed), camera_id="cam-2", well_id=well_id)
        for seed in (1, 2, 3):
            own_service.post(good_well(seed), camera_id="cam-2", well_id=well_id)
    over = page.locator('.group[data-group="returned"] .card')
    expect(over.locator(".card-note")).to_have_text(["was leak, now no leak", "was unknown, now no leak"])


def test_an_alarm_stays_until_somebody_takes_note(page: Page, own_service: RunningService) -> None:
    for seed in (1, 2, 3):
        own_service.post(leaking_well(seed), camera_id="cam-2", well_id="9")
    for seed in (1, 2, 3):
        own_service.post(good_well(seed), camera_id="cam-2", well_id="9")
    leak = page.locator(".card", has_text="Leak 9")
    expect(leak.locator(".card-note")).to_have_text("was leak, now no leak")
    page.reload()
    leak.get_by_role("button", name="Acknowledge").click()
    page.get_by_label("Who acknowledges?").get_by_label("Your name").fill("Anna")
    page.get_by_role("button", name="Continue").click()
    expect(page.locator(".notice")).to_have_text("Alarm of Well 9 acknowledged")
    alarm = own_service.read("/v1/alarms")["items"][0]
    assert (alarm["acknowledged_by"], alarm["well_id"], alarm["verdict"]) == ("Anna", "9", "leak")
    assert alarm["state"] == "normal"
    expect(leak).to_be_hidden(timeout=15_000)


def test_an_acknowledged_leak_that_lasts_is_told_once_and_can_be_shelved(
    page: Page, own_service: RunningService
) -> None:
    page.evaluate("localStorage.setItem('leak-inspection.reviewer', 'Anna')")
    for seed in (1, 2):
        own_service.post(leaking_well(seed), camera_id="cam-2", well_id="9")
    leak = page.locator(".card", has_text="Leak 9")
    leak.get_by_role("button", name="Acknowledge").click()
    expect(leak.locator(".card-note")).to_have_text("Acknowledged by Anna")
    for seed in range(3, 8):
        own_service.post(leaking_well(seed), camera_id="cam-2", well_id="9")
    expect(leak.get_by_role("button", name="Acknowledge")).to_be_hidden()
    assert own_service.read("/v1/alarms")["total"] == 1
    leak.get_by_role("button", name="Shelve").click()
    page.locator("#shelf-reason").fill("known scratch")
    page.locator("#shelf").get_by_role("button", name="Shelve").click()
    expect(leak.locator(".card-note")).to_contain_text("shelved by Anna")
    expect(page.locator("#summary-lines")).to_contain_text("1 shelved")
    leak.get_by_role("button", name="Unshelve").click()
    expect(leak.get_by_role("button", name="Acknowledge")).to_be_visible()


def test_nothing_moves_when_a_leak_arrives(page: Page, own_service: RunningService) -> None:
    for _ in range(3):
        send_frame(own_service)
    expect(page.get_by_label("Well 1b: No leak")).to_be_visible()
    before = page.locator("#cameras").bounding_box()
    own_service.post(leaking_well(1), camera_id="cam-1", well_id="1a")
    expect(page.locator(".card", has_text="Leak 1a")).to_be_visible()
    after = page.locator("#cameras").bounding_box()
    assert before is not None
    assert after is not None
    assert (after["x"], after["y"], after["width"]) == (before["x"], before["y"], before["width"])


@pytest.mark.parametrize("fault", ["freeze", "kill"])
def test_a_lost_connection_is_told_loudly_and_heals(page: Page, own_service: RunningService, fault: str) -> None:
    send_frame(own_service)
    expect(page.locator("#link-words")).to_have_text("Live")
    getattr(own_service, fault)()
    banner = page.locator(".banner", has_text="CONNECTION LOST")
    expect(banner).to_be_visible()
    expect(page.locator("#link-words")).to_have_text("No connection")
    expect(page.locator("#summary-headline")).to_have_text("Not watching")
    assert "grayscale" in page.locator("#cameras").evaluate("node => getComputedStyle(node).filter")
    own_service.thaw() if fault == "freeze" else own_service.start()
    expect(banner).to_be_hidden()
    own_service.post(leaking_well(1), camera_id="cam-1", well_id="1a")
    expect(page.locator(".card", has_text="Leak 1a")).to_be_visible()


def test_a_page_that_follows_does_not_keep_the_service_from_stopping(page: Page, own_service: RunningService) -> None:
    expect(page.locator("#link-words")).to_have_text("Live")
    assert own_service.terminate() in {0, -signal.SIGTERM}
    expect(page.locator(".banner", has_text="CONNECTION LOST")).to_be_visible()


def test_a_page_of_which_a_file_did_not_arrive_loads_itself_anew(browser: Browser, own_service: RunningService) -> None:
    visitor = Visitor(browser, own_service.address)
    lost: list[str] = []

    def lose_once(route: Route) -> None:
        if lost:
            route.continue_()
        else:
            lost.append(route.request.url)
            route.abort()

    visitor.page.route("**/page/plant.js", lose_once)
    page = visitor.go()
    expect(page.locator("#summary-headline")).to_have_text("No connection yet · Нет связи")
    expect(page.locator("#link-words")).to_have_text("Live")
    assert lost
    visitor.leave()

"""The operator page under a flood: counts and order are true, nothing hides what leaks now, on every screen."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.e2e.geometry import faults, small_targets
from tests.e2e.plant_floor import WELLS, send_frame
from tests.e2e.running_service import RunningService
from tests.e2e.visitor import DESK, PHONE, WALL, Visitor

pytestmark = pytest.mark.browser

CAMERAS = ("cam-1", "cam-2", "cam-3")
LEAKS = WELLS[:17]
SMALL_WALL: ViewportSize = {"width": 1024, "height": 600}
TONES = """() => {
    window.tones = 0;
    window.AudioContext = class {
        state = "running"; currentTime = 0; destination = null;
        resume() {}
    };
    window.OscillatorNode = class { connect(next) { window.tones += 1; return next; } start() {} stop() {} };
    window.GainNode = class {
        gain = { setValueAtTime() {}, linearRampToValueAtTime() {} };
        connect(next) { return next; }
    };
}"""

OUTLINES = """() => {
    const cell = Object.assign(document.createElement("button"), { className: "cell" });
    Object.assign(cell.dataset, { verdict: "leak", open: "" });
    document.getElementById("cameras").append(cell);
    return [false, true].map((beats) => {
        document.getElementById("cameras").toggleAttribute("data-beat", beats);
        return getComputedStyle(cell).boxShadow;
    });
}"""

OUT_OF_THE_CENTRE = """() => [...document.querySelectorAll(".cell")].filter((cell) => {
    const [own, mark] = [cell, cell.querySelector(".mark")].map((node) => node.getBoundingClientRect());
    const off = (start, size) => Math.abs(mark[start] + mark[size] / 2 - own[start] - own[size] / 2) > 1;
    return cell.clientWidth <= 34 && (off("left", "width") || off("top", "height"));
}).length"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """Three cameras of 80 wells: 48 leaks of which six are over by now, and four wells that cannot be judged."""
    folder: Path = tmp_path_factory.mktemp("flood")
    with RunningService(folder, alarm_confirmations=1, alarm_window=1) as service:
        send_frame(service, "cam-1", WELLS[:20])
        send_frame(service, "cam-1", WELLS[6:20], WELLS[-4:])
        for camera in CAMERAS[1:]:
            send_frame(service, camera, LEAKS)
        yield service


def opened(browser: Browser, service: RunningService, place: str, viewport: ViewportSize, locale: str) -> Page:
    page = Visitor(browser, service.address, locale, viewport).go(place)
    expect(page.locator(".card").first).to_be_attached()
    return page


@pytest.mark.parametrize(
    ("place", "viewport", "locale"),
    [("", DESK, "en-GB"), ("#/wall", WALL, "ru-RU"), ("", PHONE, "ru-RU"), ("#/wall", PHONE, "en-GB")],
    ids=["desk", "wall", "phone", "wall on a phone"],
)
def test_in_a_flood_the_counts_are_true_and_nothing_is_cut_off(
    browser: Browser, service: RunningService, place: str, viewport: ViewportSize, locale: str
) -> None:
    page = opened(browser, service, place, viewport, locale)
    expect(page.locator("#summary-headline")).to_contain_text("48")
    lines = page.locator("#summary-lines span")
    expect(lines.filter(has_text=re.compile(r"^4 "))).to_have_count(1)
    expect(lines.filter(has_text=re.compile(r"^6 "))).to_have_count(1)
    expect(page.locator('.group[data-group="leak"] .card')).to_have_count(48)
    assert faults(page) == []
    if viewport is PHONE:
        assert small_targets(page) == []
        assert page.locator("#cameras").evaluate("node => node.getBoundingClientRect().top") < PHONE["height"] / 2
    page.context.close()


def test_on_a_small_wall_signs_stand_in_the_middle_of_their_cells(browser: Browser, service: RunningService) -> None:
    page = opened(browser, service, "#/wall", SMALL_WALL, "en-GB")
    expect(page.locator(".cell-name").last).to_be_hidden()
    assert page.evaluate(OUT_OF_THE_CENTRE) == 0
    page.context.close()


def test_a_new_leak_is_named_first_and_heard_and_one_decision_takes_note_of_many(
    browser: Browser, service: RunningService
) -> None:
    page = opened(browser, service, "", DESK, "en-GB")
    page.evaluate("localStorage.setItem('leak-inspection.reviewer', 'Anna')")
    page.evaluate(TONES)
    page.locator("#sound").click()
    expect(page.locator("#sound")).to_have_attribute("data-state", "on")
    before = page.evaluate("window.tones")
    page.get_by_role("button", name="Acknowledge all 17 of cam-3").click()
    expect(page.locator(".notice")).to_have_text("17 alarms acknowledged")
    expect(page.locator("#summary-headline")).to_have_text("LEAK in 48 wells")
    page.evaluate("performance.now = () => 1e7")  # the tone of the button is long over
    send_frame(service, "cam-3", [*LEAKS, "33"])
    expect(page.locator("#summary-detail")).to_contain_text("newest: cam-3 · 33")
    assert page.evaluate("window.tones") > before
    state = {alarm["state"] for alarm in service.read("/v1/alarms?standing=true&limit=1000")["items"][-30:]}
    assert {"acknowledged", "returned"} <= state
    page.context.close()


def test_nothing_moves_under_a_finger_and_what_is_new_is_told_at_once(
    browser: Browser, service: RunningService
) -> None:
    page = opened(browser, service, "", DESK, "en-GB")
    page.evaluate("window.moment = performance.now(); performance.now = () => window.moment")
    cards = page.locator('.group[data-group="leak"] .card')
    known = cards.count()
    button = cards.first.get_by_role("button", name="Acknowledge")
    button.hover()
    place = button.bounding_box()
    send_frame(service, "cam-2", [*LEAKS, "40"])
    expect(page.locator("#summary-detail")).to_contain_text("newest: cam-2 · 40")
    expect(page.locator('[data-camera="cam-2"]').get_by_label("Well 40: Leak")).to_be_visible()
    expect(cards).to_have_count(known)
    assert button.bounding_box() == place
    send_frame(service, "cam-2", LEAKS)
    page.evaluate("window.moment += 3000")  # the hand has rested
    expect(page.locator('.group[data-group="returned"] .card', has_text="cam-2")).to_have_count(1)
    send_frame(service, "cam-2", [*LEAKS, "41"])
    expect(cards.filter(has_text="Leak 41")).to_have_count(1)
    page.context.close()


def test_leaks_that_nobody_has_acknowledged_beat_together(browser: Browser, service: RunningService) -> None:
    page = opened(browser, service, "", DESK, "en-GB")
    page.wait_for_selector(".cameras[data-beat]")
    page.wait_for_selector(".cameras:not([data-beat])")
    calm, strong = page.evaluate(OUTLINES)
    assert calm != strong
    page.context.close()

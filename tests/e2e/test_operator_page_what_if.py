"""What-if on the page: another threshold is tried, looked at, served and undone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.running_service import RunningService
from tests.small_artifact import THRESHOLD
from tests.wells import good_well, leaking_well

pytestmark = pytest.mark.browser

NAME_KNOWN = "localStorage.setItem('leak-inspection.reviewer', 'Ivan')"
LOW = 0.001


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    with RunningService(tmp_path_factory.mktemp("service"), archive_good_share=1.0) as service:
        for number in range(30):
            draw = leaking_well if number == 0 else good_well
            service.post(draw(number), camera_id="cam-1", well_id=str(number % 4))
        yield service


def figure(page: Page, title: str) -> str:
    return page.locator("#what-if-figures div", has_text=title).locator("dd").inner_text()


def test_a_threshold_is_tried_with_slider_and_number_and_shows_what_changes(visit: Visit) -> None:
    page = visit("#/what-if")
    expect(page.locator("#what-if-state")).to_contain_text("30 decisions")
    expect(page.locator("#what-if-flips-state")).to_have_text("No verdict would change.")
    expect(page.locator("#what-if-apply")).to_be_disabled()
    page.locator("#what-if-slider").fill("-200")
    expect(page.locator("#what-if-threshold")).to_have_value(str(THRESHOLD / 4))
    page.locator("#what-if-threshold").fill(str(LOW))
    page.keyboard.press("Enter")
    expect(page.locator("#what-if-figures")).to_contain_text("No leak → Leak")
    changed = int(figure(page, "No leak → Leak"))
    expect(page.locator("#what-if-flips figure")).to_have_count(min(changed, 24))
    picture = page.locator("#what-if-flips img").first
    expect(picture).to_be_visible()
    page.locator("#what-if-kind").select_option("lost")
    expect(page.locator("#what-if-flips-state")).to_have_text("No verdict would change.")
    page.locator("#what-if-camera").select_option("cam-1")
    expect(page.locator("#what-if-hint")).to_contain_text("comes from commissioning")
    expect(page.locator("#what-if-apply")).to_be_disabled()
    page.locator("#what-if-served").click()
    expect(page.locator("#what-if-figures")).to_contain_text("Changed verdicts")


def test_a_threshold_that_is_none_is_not_tried(visit: Visit) -> None:
    page = visit("#/what-if")
    expect(page.locator("#what-if-state")).to_contain_text("30 decisions")
    page.locator("#what-if-threshold").fill("-1")
    page.keyboard.press("Enter")
    expect(page.locator("#what-if-flips-state")).to_have_text("No verdict would change.")


def test_a_threshold_is_served_with_a_reason_and_undone(visit: Visit, service: RunningService) -> None:
    first = service.read("/v1/model")["artifact"]
    page = visit("#/what-if")
    page.evaluate(NAME_KNOWN)
    expect(page.locator("#what-if-state")).to_contain_text("30 decisions")
    page.locator("#what-if-threshold").fill("0.004")
    page.keyboard.press("Tab")
    page.locator("#what-if-reason").fill("a night of steam")
    page.locator("#what-if-apply").click()
    expect(page.locator(".notice")).to_have_text("Served with the threshold 0.004")
    newest = page.locator("#what-if-activations tr").first
    expect(newest).to_contain_text("a night of steam")
    expect(newest).to_contain_text("Ivan")
    assert service.read("/v1/model")["manifest"]["threshold"]["value"] == 0.004
    expect(page.locator("#what-if-state")).to_contain_text("30 decisions")
    page.get_by_role("button", name="Activate again").first.click()
    expect(page.locator("#what-if-activations tr").first).to_contain_text(first)
    assert service.read("/v1/model")["artifact"] == first

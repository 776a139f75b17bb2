"""What-if on the page: another threshold is tried, looked at, served and undone."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from service.control_room.what_if.rescoring_job import RescoringTally
from tests.e2e.conftest import Visit
from tests.e2e.running_service import RunningService
from tests.e2e.test_operator_page_shadow import other_artifact
from tests.small_artifact import THRESHOLD
from tests.wells import good_well, leaking_well

pytestmark = pytest.mark.browser

NAME_KNOWN = "localStorage.setItem('leak-inspection.reviewer', 'Ivan')"
LOW = 0.001
PAGE = 24
PAST, NOW = "2026-05-04T06:00:00Z", "2026-05-04T14:00:00Z"
MISSED_AND_GOOD = ("Reviewed leaks missed", "Reviewed good ones alarming")
RUNNING: dict[str, Any] = {
    "order": {"artifact": "other-01234567", "since": PAST, "until": NOW, "camera_id": "cam-1"},
    "state": "running",
    "problem": None,
    "started_at": NOW,
    "changed_at": NOW,
    "progress": 0.4,
    "cut_short": False,
    "total": RescoringTally(seen=4, judged=3, leaks_reviewed=1, leaks_missed_now=1).model_dump(mode="json"),
}


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


def test_another_artefact_judges_again_and_its_pictures_can_be_looked_at(visit: Visit, service: RunningService) -> None:
    artifact = other_artifact(service, "another")
    page = visit("#/what-if")
    expect(page.locator("#rescoring-state")).to_have_text("No artefact has judged again yet.")
    page.locator("#rescoring-artifact").fill(artifact)
    page.keyboard.press("Enter")
    expect(page.locator("#rescoring-state")).to_contain_text(f"{artifact}, all cameras")
    expect(page.locator("#rescoring-state")).to_contain_text("done")
    expect(page.locator("#rescoring-progress")).to_be_hidden()
    expect(page.locator("#rescoring-figures")).to_contain_text("Judged again (of 30 decisions)")
    changed = sum(n for row in service.read("/v1/what-if/rescoring")["total"]["changed"].values() for n in row.values())
    assert changed > PAGE
    expect(page.locator("#rescoring-flips figure")).to_have_count(PAGE)
    page.locator("#rescoring-more").click()
    expect(page.locator("#rescoring-flips figure")).to_have_count(changed)
    page.locator("#rescoring-flips button").first.click()
    expect(page.locator("#decision")).to_contain_text("cam-1")


def test_a_rescoring_is_watched_cancelled_and_gone_on_with_by_keys_alone(visit: Visit) -> None:
    page = visit()
    orders: list[object] = []

    def answer(route: Route) -> None:
        method = route.request.method
        job["state"] = {"DELETE": "cancelled", "POST": "running"}.get(method, job["state"])
        if method == "POST":
            orders.append(route.request.post_data_json)
        route.fulfill(json=job)

    job = {**RUNNING}
    page.route("**/v1/what-if/rescoring", answer)
    page.route("**/v1/what-if/rescoring/flips*", lambda route: route.fulfill(json={"items": []}))
    page.goto(f"{page.url.partition('#')[0]}#/what-if")
    state = page.locator("#rescoring-state")
    expect(state).to_contain_text("at work, 40%")
    assert page.locator("#rescoring-progress").evaluate("node => node.value") == 0.4
    missed, good = (page.locator("#rescoring-figures div", has_text=said).locator("dd") for said in MISSED_AND_GOOD)
    colours = [one.evaluate("node => getComputedStyle(node).color") for one in (missed, good)]
    assert colours[0] != colours[1]
    job["progress"] = 0.6
    expect(state).to_contain_text("at work, 60%")
    page.locator("#rescoring-cancel").focus()
    page.keyboard.press("Enter")
    expect(state).to_contain_text("ended at 60%")
    expect(page.locator("#rescoring-resume")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#rescoring-cancel")).to_be_focused()
    order = RUNNING["order"]
    assert orders == [{"artifact": order["artifact"], "from": PAST, "to": order["until"], "camera_id": "cam-1"}]
    job |= {"state": "failed", "problem": "the disk is full"}
    expect(state).to_contain_text("failed at 60%: the disk is full")

"""The operator page in real Chromium, over the real service: what an operator does in a shift."""

import re
import time

import httpx
import pytest
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.running_service import Json, RunningService
from tests.e2e.visitor import Visitor
from tests.pictures import jpeg
from tests.wells import good_well, leaking_well

pytestmark = pytest.mark.browser


COLOUR = "node => getComputedStyle(node).backgroundColor"
NOBODYS = "\N{EN DASH}\N{EN DASH}"  # neither a camera nor a well
NAME_KNOWN = "localStorage.setItem('leak-inspection.reviewer', 'Ivan')"
PRESS = "key => document.body.dispatchEvent(new KeyboardEvent('keydown', {key, code: 'KeyN', bubbles: true}))"
DROP_TEXT = """() => {
    const data = new DataTransfer();
    data.items.add(new File(["no picture"], "notes.txt", {type: "text/plain"}));
    document.body.dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
}"""


def card(page: Page, text: str) -> Locator:
    return page.locator(".card", has_text=text)


def reviews_of(service: RunningService, decision: Json) -> list[Json]:
    items: list[Json] = service.read(f"/v1/decisions/{decision['decision_id']}/review")["items"]
    return items


def test_a_page_without_any_picture_says_how_to_send_one(visit: Visit) -> None:
    page = visit()
    expect(page.locator("#summary-headline")).to_have_text("Nothing has been inspected yet")
    expect(page.locator("#link-words")).to_have_text("Live")
    expect(page.locator("#first-steps")).to_contain_text(f"{page.url}v1/inspect?camera_id=cam-1")
    expect(page.locator("#first-steps")).to_contain_text("leak-inspection demo --url")
    expect(page.locator("#first-steps")).to_contain_text("LEAK_INSPECTION_CAMERAS_FILE=cameras.toml")


def test_a_posted_leak_is_shown_within_a_second(visit: Visit, service: RunningService) -> None:
    page = visit()
    service.post(good_well(1), camera_id="cam-1", well_id="1a")
    expect(page.locator("#summary-headline")).to_have_text("No leak")
    posted = time.monotonic()
    service.post(leaking_well(1), camera_id="cam-1", well_id="12a")
    card(page, "Leak 12a").wait_for(timeout=1000)
    assert time.monotonic() - posted < 1.0
    expect(page.locator("#summary-headline")).to_have_text("LEAK in 1 well")
    expect(page.locator("#summary-detail")).to_contain_text("cam-1 · 12a")


def test_colour_and_shape_tell_a_leak_from_a_good_well(visit: Visit, service: RunningService) -> None:
    page = visit()
    service.post(leaking_well(1), camera_id="cam-2", well_id="1b")
    leak = page.get_by_label("Well 1b: Leak")
    expect(leak.locator("path")).to_have_count(2)
    colour_of_leak = leak.evaluate(COLOUR)
    service.post(good_well(1), camera_id="cam-2", well_id="1a")
    good = page.get_by_label("Well 1a: No leak")
    expect(good.locator("circle")).to_have_count(1)
    assert good.evaluate(COLOUR) != colour_of_leak


def test_a_card_answers_which_since_when_and_why(visit: Visit, service: RunningService) -> None:
    service.post(leaking_well(3), camera_id="cam-3", well_id="7")
    leak = card(visit(), "Leak 7")
    expect(leak.locator(".card-place")).to_contain_text("cam-3 · since")
    expect(leak.locator(".card-age")).to_contain_text(" s")
    expect(leak.locator(".card-why")).to_contain_text("times the threshold")
    expect(leak.locator(".score-exact")).to_contain_text("threshold 0.005")


def test_a_leak_is_shown_with_its_heatmap_and_an_unusable_picture_as_it_is(
    visit: Visit, service: RunningService
) -> None:
    service.post(leaking_well(13), camera_id="cam-13", well_id="13")
    service.post(good_well(1, height=6, width=6), camera_id="cam-13", well_id="14")
    page = visit()
    card(page, "Leak 13").get_by_role("button", name="Look closer").click()
    heatmap = page.locator("#decision").get_by_alt_text("Picture, reconstruction and error of Well 13")
    expect(heatmap).to_be_visible()
    assert heatmap.evaluate("image => image.naturalWidth") > 3 * 192
    page.keyboard.press("Escape")
    card(page, "Unknown 14").get_by_role("button", name="Look closer").click()
    unusable = page.locator("#decision").get_by_alt_text("Picture of Well 14")
    expect(unusable).to_be_visible()
    assert unusable.evaluate("image => image.naturalWidth") == 6


def test_many_unknowns_of_one_camera_share_a_card(visit: Visit, service: RunningService) -> None:
    for well in range(6):
        decision = service.post(good_well(1, height=6, width=6), camera_id="cam-4", well_id=str(well))
        assert decision["verdict"] == "unknown"
    group = card(visit(), "6 wells: unknown")
    expect(group).to_contain_text("The picture has a size or shape that cannot be judged")
    expect(group).to_contain_text("cam-4")


def test_a_review_takes_two_clicks(visit: Visit, service: RunningService) -> None:
    decision = service.post(leaking_well(5), camera_id="cam-5", well_id="5")
    page = visit()
    page.evaluate(NAME_KNOWN)
    card(page, "Leak 5").get_by_role("button", name="Look closer").click()
    page.get_by_role("button", name="It is a leak").click()
    expect(page.locator(".notice")).to_have_text("Recorded: leak, by Ivan")
    expect(page.locator(".reviews")).to_contain_text("Leak, Ivan")
    review = reviews_of(service, decision)[0]
    assert (review["verdict"], review["reviewer"]) == ("leak", "Ivan")


def test_a_review_without_a_name_asks_for_it(visit: Visit, service: RunningService) -> None:
    decision = service.post(leaking_well(5), camera_id="cam-5", well_id="6")
    page = visit()
    card(page, "Leak 6").get_by_role("button", name="Look closer").click()
    page.locator("#decision").get_by_role("button", name="No leak").click()
    expect(page.locator(".notice")).to_contain_text("Enter your name first")
    expect(page.locator("#decision").get_by_label("Your name")).to_be_focused()
    assert reviews_of(service, decision) == []


@pytest.mark.parametrize("letter", ["n", "т"], ids=["Latin", "Cyrillic"])
def test_a_review_works_from_the_keyboard_in_any_layout(visit: Visit, service: RunningService, letter: str) -> None:
    decision = service.post(leaking_well(6), camera_id="cam-6", well_id="8")
    page = visit()
    page.evaluate(NAME_KNOWN)
    expect(card(page, "Leak 8")).to_be_visible()
    for _ in range(page.locator(".card").count()):
        page.keyboard.press("j")
        if "Leak 8" in page.evaluate("document.activeElement.closest('.card').textContent"):
            break
    page.keyboard.press("Enter")
    expect(page.locator("#decision")).to_be_visible()
    page.evaluate(PRESS, letter)
    expect(page.locator(".notice")).to_have_text("Recorded: no leak, by Ivan")
    page.keyboard.press("Escape")
    expect(page.locator("#decision")).to_be_hidden()
    assert reviews_of(service, decision)[0]["verdict"] == "no_leak"


def test_the_history_finds_a_decision_and_saves_it_as_csv(visit: Visit, service: RunningService) -> None:
    service.post(leaking_well(9), camera_id="cam-9", well_id="1", cast_id="C-9")
    service.post(good_well(9), camera_id="cam-9", well_id="2", cast_id="C-9")
    page = visit("#/history")
    page.get_by_label("Cast").fill("C-9")
    page.locator("#filters").get_by_label("Verdict").select_option("leak")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#rows tr")).to_have_count(1)
    expect(page.locator("#rows tr")).to_contain_text("cam-9")
    with page.expect_download() as download:
        page.get_by_role("link", name="Save as CSV").click()
    lines = download.value.path().read_text().splitlines()
    assert len(lines) == 2
    assert ",cam-9,1,C-9,leak," in lines[1]


def test_the_history_opens_with_leaks_and_unknowns_as_strips_of_time_into_which_one_zooms(
    visit: Visit, service: RunningService
) -> None:
    leak = service.post(leaking_well(21), camera_id="cam-21", well_id="1", cast_id="C-21")
    service.post(good_well(21), camera_id="cam-21", well_id="2", cast_id="C-21")
    page = visit("#/history?cast_id=C-21&range=1h")
    expect(page.locator("#rows tr")).to_have_count(1)
    expect(page.get_by_role("button", name="Last hour")).to_have_attribute("aria-pressed", "true")
    strip = page.get_by_role("img", name="Well 1: leaks 1, unknowns 0")
    expect(strip.locator(".strip-leak")).to_have_count(1)
    expect(page.locator(".strip-alarm")).to_have_count(1)
    box = page.locator(".strip-place").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] + 9, box["y"] + 10)
    page.mouse.up()
    page.wait_for_url(re.compile("cast_id=C-21.*from=.*to="))
    expect(page.locator("#rows tr")).to_have_count(1)
    page.locator("#timeline").get_by_role("button", name="cam-21 · 1").click()
    expect(page.locator("#decision")).to_contain_text(leak["decision_id"])


def test_a_cast_has_a_report_with_its_wells_alarms_reviews_and_pictures(visit: Visit, service: RunningService) -> None:
    leak = service.post(leaking_well(22), camera_id="cam-22", well_id="1", cast_id="C-22")
    service.post(good_well(22), camera_id="cam-22", well_id="2", cast_id="C-22")
    path = f"{service.address}/v1/decisions/{leak['decision_id']}/review"
    httpx.post(path, json={"verdict": "leak", "reviewer": "Anna", "comment": "tapped"}).raise_for_status()
    page = visit("#/cast?cast_id=C-22")
    expect(page.locator("#report-title")).to_have_text("Report of cast C-22")
    expect(page.locator("#report .report-figures")).to_contain_text("Pictures2")
    expect(page.locator("#report-content")).to_contain_text("1 well without a leak")
    expect(page.get_by_role("region", name="Alarms").last).to_contain_text("unacknowledged")
    expect(page.get_by_role("region", name="Reviews")).to_contain_text("tapped")
    expect(page.get_by_alt_text("Picture of cam-22 · 1")).to_be_visible()
    with page.expect_download() as download:
        page.locator("#report-csv").click()
    assert "cam-22,1,1,1,0," in download.value.path().read_text()


def test_older_decisions_come_page_by_page(visit: Visit, service: RunningService) -> None:
    for number in range(60):
        service.post(good_well(number), camera_id="cam-10", well_id="1")
    page = visit("#/history?camera_id=cam-10&verdict=all")
    expect(page.locator("#rows tr")).to_have_count(50)
    page.get_by_role("button", name="Older decisions").click()
    expect(page.locator("#rows tr")).to_have_count(60)
    expect(page.get_by_role("button", name="Older decisions")).to_be_hidden()


def test_what_people_write_is_shown_and_never_run(visit: Visit, service: RunningService) -> None:
    decision = service.post(leaking_well(11), camera_id="cam-11", well_id="11")
    hostile = "<img src=x onerror=\"document.title='run'\">'; DROP TABLE entries; --"
    form = {"verdict": "leak", "reviewer": "<b>Eve</b>", "comment": hostile}
    path = f"{service.address}/v1/decisions/{decision['decision_id']}/review"
    assert httpx.post(path, json=form).status_code == 201
    page = visit()
    card(page, "Leak 11").get_by_role("button", name="Look closer").click()
    expect(page.locator(".reviews")).to_contain_text(hostile)
    expect(page.locator(".reviews")).to_contain_text("<b>Eve</b>")
    assert page.locator(".reviews img, .reviews b").count() == 0
    assert page.title() != "run"


def test_the_scores_of_a_well_are_drawn_with_the_threshold(visit: Visit, service: RunningService) -> None:
    for number in range(5):
        service.post(good_well(number), camera_id="cam-12", well_id="3")
    service.post(leaking_well(12), camera_id="cam-12", well_id="3")
    page = visit()
    page.get_by_label("Well 3: Leak").click()
    chart = page.get_by_role("img", name="Scores of Well 3 over time with the threshold")
    expect(chart.locator(".chart-threshold")).to_contain_text("threshold 0.005")
    expect(chart.locator(".chart-sign")).to_have_count(1)


def test_a_dropped_picture_is_judged(visit: Visit) -> None:
    page = visit()
    page.get_by_role("button", name="Try a picture").click()
    picture: FilePayload = {"name": "well.jpg", "mimeType": "image/jpeg", "buffer": jpeg(leaking_well(1))}
    page.get_by_label("Choose a JPEG or PNG").set_input_files(picture)
    expect(page.locator(".trial-verdict")).to_have_text("Leak")
    page.locator("#trial").get_by_role("button", name="Look closer").click()
    expect(page.locator("#decision")).to_contain_text("Unnamed camera")


def test_the_alarm_of_a_picture_without_a_camera_is_acknowledged_in_the_system_view(
    visit: Visit, service: RunningService
) -> None:
    service.post(leaking_well(14))
    page = visit()
    expect(page.locator("#summary")).to_contain_text("ALARM of a picture that names no camera")
    page = visit("#/system")
    page.evaluate(NAME_KNOWN)
    waiting = page.locator("#system-alarms tr", has_text=NOBODYS).first
    waiting.get_by_role("button", name="Acknowledge").click()
    expect(page.locator(".notice")).to_have_text("Alarm of Unnamed camera acknowledged")
    expect(page.locator("#system-alarms tr", has_text=NOBODYS).first).to_contain_text("Acknowledged by Ivan")


def test_a_dropped_file_that_is_no_picture_gets_a_clear_answer(browser: Browser, service: RunningService) -> None:
    visitor = Visitor(browser, service.address)
    page = visitor.go()
    page.evaluate(DROP_TEXT)
    expect(page.locator("#trial-result")).to_contain_text("No verdict: the content is neither JPEG nor PNG")
    visitor.leave()


def test_the_view_of_layouts_says_how_to_begin_where_no_camera_has_one(visit: Visit) -> None:
    page = visit("#/layout")
    expect(page.locator("#layout [role=status]")).to_contain_text("No camera has a layout")
    expect(page.locator("#layout select")).to_be_hidden()


def test_the_system_view_shows_model_threshold_self_test_and_journal(visit: Visit) -> None:
    page = visit("#/system")
    expect(page.locator("#system-cards")).to_contain_text("Ready")
    expect(page.locator("#system-cards")).to_contain_text("0.005")
    expect(page.locator("#system-cards")).to_contain_text("best single cut")
    page.get_by_role("button", name="Run the self-test").click()
    expect(page.locator(".notice")).to_have_text("Self-test: Passed")
    expect(page.locator("#system-cards")).to_contain_text("Writing")
    expect(page.locator("#system-cards")).to_contain_text("LEAK_INSPECTION_FROZEN_AFTER_S = 3600.0 (default: 10.0)")
    expect(page.locator("#system-cards")).to_contain_text("onnxruntime")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Report for support").click()
    expect(page.locator(".notice")).to_have_text("The report is in the clipboard")
    assert '"software_version"' in page.evaluate("navigator.clipboard.readText()")

"""The gauge study on the operator page, in real Chromium: figures, what is not defined, and judging blind."""

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit
from tests.e2e.running_service import RunningService
from tests.pictures import jpeg
from tests.wells import good_well, leaking_well

pytestmark = pytest.mark.browser

NARROW = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    with RunningService(tmp_path_factory.mktemp("gauge"), archive_good_share=1) as running:
        yield running


@pytest.fixture(scope="module")
def judged(service: RunningService) -> list[str]:
    """Ids of four pictures, two of them leaks, which an expert has reviewed and ann too."""
    ids = []
    for place in range(4):
        picture = leaking_well(place) if place < 2 else good_well(place)
        query = {"camera_id": "cam-1", "well_id": str(place)}
        ids.append(
            httpx.post(f"{service.address}/v1/inspect", params=query, content=jpeg(picture)).json()["decision_id"]
        )
    for reviewer, verdicts in (("expert", "leak leak no_leak no_leak"), ("ann", "leak no_leak no_leak unknown")):
        for decision_id, verdict in zip(ids, verdicts.split(), strict=True):
            form = {"verdict": verdict, "reviewer": reviewer}
            httpx.post(f"{service.address}/v1/decisions/{decision_id}/review", json=form).raise_for_status()
    return ids


def row(page: Page, name: str) -> list[str]:
    found = page.locator("#gauge tr", has=page.locator(f'td:text-is("{name}")')).first
    expect(found).to_be_visible()
    return found.locator("td").all_inner_texts()


def test_the_study_is_shown_and_what_is_not_defined_says_so(judged: list[str], visit: Visit) -> None:
    page = visit("#/gauge?reference=expert")
    expect(page.locator("#gauge")).to_contain_text(f"{len(judged)} pictures; by the reference: leaks 2, good 2")
    ann, system = row(page, "ann"), row(page, "the system")
    assert ann[:4] == ["ann", "4", "4", "1"]
    assert [figure.partition(" ")[0] for figure in ann[5:8]] == ["50%", "50%", "0%"]
    assert system[1:4] == ["4", "4", "0"]
    assert system[5].startswith("100% (51% to 100%)")
    assert system[8] == "1 (no interval: no difference was seen)"
    page = visit("#/gauge?reference=nobody")
    expect(page.locator("#gauge [role=status]")).to_have_text("nobody has reviewed no picture in this time.")


def test_who_judges_blind_sees_pictures_alone_and_the_answers_are_reviews(
    judged: list[str], service: RunningService, visit: Visit
) -> None:
    page = visit("#/gauge?reference=expert")
    expect(page.locator("#gauge table").first).to_be_visible()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("button", name="Judge blind").click()
    expect(page.locator("#gauge table")).to_have_count(0)
    dialog = page.locator("#blind")
    dialog.locator("input").fill("expert")
    dialog.get_by_role("button", name="Begin").click()
    expect(page.locator("body")).to_contain_text("The reference cannot judge blind.")
    dialog.locator("input").fill("bob")
    dialog.get_by_role("button", name="Begin").click()
    for place in range(1, 5):
        expect(dialog).to_contain_text(f"Picture {place} of 4")
        assert not re.search(r"score|threshold|\bann\b|expert", dialog.inner_text(), re.IGNORECASE)
        page.keyboard.press("l")
    expect(dialog).to_contain_text("Done: 4 pictures judged.")
    assert not [url for url in asked if re.search(r"/v1/decisions(/[^/]+)?$", url)]
    for decision_id in judged:
        reviews = httpx.get(f"{service.address}/v1/decisions/{decision_id}/review").json()["items"]
        assert [review["reviewer"] for review in reviews].count("bob") == 1
    dialog.get_by_role("button", name="close").click()
    page.get_by_role("button", name="Show").click()
    page = visit("#/gauge?reference=expert")
    assert row(page, "ann, bob")[1].startswith("25%")


def test_the_study_speaks_russian_and_fits_a_phone(judged: list[str], visit: Visit) -> None:
    assert judged
    page = visit("#/gauge?reference=expert", locale="ru-RU", viewport=NARROW)
    expect(page.locator("#gauge h1")).to_have_text("Анализ согласия")
    expect(page.locator("#gauge")).to_contain_text("по эталону: проливов 2, хороших 2")
    assert "gauge." not in page.locator("#gauge").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]

"""The operator page for everybody: two languages, screens of every size, and people who do not see well."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize, expect

from service.contract.decision import Reason, Verdict
from tests.e2e.conftest import Visit
from tests.e2e.geometry import faults, small_targets
from tests.e2e.running_service import RunningService
from tests.e2e.visitor import LARGE_WALL, PHONE, WALL
from tests.wells import good_well, leaking_well

pytestmark = pytest.mark.browser

SERIOUS = {"serious", "critical"}
WORDS = """async () => {
    const words = async (language) => (await import(`/page/strings_${language}.js`)).default;
    return {en: await words("en"), ru: await words("ru")};
}"""
OVERFLOW = "() => [document.body.scrollHeight - innerHeight, document.body.scrollWidth - innerWidth]"
SHARE_OF_HEIGHT = "node => parseFloat(getComputedStyle(node).fontSize) / innerHeight"


@pytest.fixture(scope="module", autouse=True)
def plant(service: RunningService) -> None:
    """A table of 20 wells with two leaks and an unknown."""
    for well in range(1, 11):
        for half in "ab":
            picture = leaking_well(well) if f"{well}{half}" in {"3a", "7b"} else good_well(well)
            service.post(picture, camera_id="cam-1", well_id=f"{well}{half}", cast_id="C-1")
    service.post(good_well(1, height=6, width=6), camera_id="cam-1", well_id="9a")


def assert_accessible(page: Page) -> None:
    violations = Axe().run(page).response["violations"]
    serious = [f"{one['id']}: {one['nodes'][0]['html']}" for one in violations if one["impact"] in SERIOUS]
    assert serious == []


@pytest.mark.parametrize("view", ["board", "history", "system", "wall", "cast?cast_id=C-1", "gauge", "what-if"])
@pytest.mark.parametrize("colours", ["dark", "light"])
def test_axe_finds_no_serious_fault(visit: Visit, view: str, colours: str) -> None:
    page = visit()
    page.evaluate("colours => localStorage.setItem('leak-inspection.colours', colours)", colours)
    page.goto(f"{page.url.partition('#')[0]}#/{view}")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-colours", colours)
    expect(page.locator("#link-words")).to_have_text("Live")
    assert_accessible(page)


def test_axe_finds_no_serious_fault_in_an_opened_decision(visit: Visit) -> None:
    page = visit()
    page.get_by_role("button", name="Look closer").first.click()
    expect(page.locator(".reviews")).to_contain_text("Not reviewed yet")
    assert_accessible(page)


@pytest.mark.parametrize(
    ("locale", "headline", "leak"),
    [("en-GB", "LEAK in 2 wells", "Leak 3a"), ("ru-RU", "ПРОЛИВ в 2 кристаллизаторах", "Пролив 3a")],
)
def test_the_browser_chooses_the_language(visit: Visit, locale: str, headline: str, leak: str) -> None:
    page = visit(locale=locale)
    expect(page.locator("#summary-headline")).to_have_text(headline)
    expect(page.locator(".card", has_text=leak)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", locale[:2])


def test_the_language_can_be_switched_and_is_remembered(visit: Visit) -> None:
    page = visit()
    page.locator("#language").click()
    expect(page.locator("#go-history")).to_have_text("Журнал")
    page.reload()
    expect(page.locator("#go-history")).to_have_text("Журнал")


def test_both_languages_say_everything(visit: Visit) -> None:
    words: dict[str, dict[str, str | list[str]]] = visit().evaluate(WORDS)
    assert words["en"].keys() == words["ru"].keys()
    for key, english in words["en"].items():
        assert holes(english) == holes(words["ru"][key]), key
    known = {*(f"reason.{reason}" for reason in Reason), *(f"verdict.{verdict}" for verdict in Verdict)}
    assert known <= words["en"].keys()


def holes(words: str | list[str]) -> set[str]:
    return set(re.findall(r"\{\w+\}", words if isinstance(words, str) else " ".join(words)))


@pytest.mark.parametrize("viewport", [WALL, LARGE_WALL], ids=["full HD", "4k"])
def test_the_wall_view_fits_its_screen(visit: Visit, service: RunningService, viewport: ViewportSize) -> None:
    page = visit("#/wall", viewport=viewport)
    expect(page.locator(".card").first).to_be_visible()
    assert max(page.evaluate(OVERFLOW)) <= 0
    # 4 cm on a screen 80 cm high: read from five metres and more
    assert page.locator("#summary-headline").evaluate(SHARE_OF_HEIGHT) > 0.05
    service.post(leaking_well(viewport["width"]), camera_id="cam-1", well_id="3a")
    cell = page.get_by_label("Well 3a: Leak").bounding_box()
    assert cell is not None
    assert cell["height"] > 0.035 * viewport["height"]


@pytest.mark.parametrize("locale", ["en-GB", "ru-RU"])
def test_nothing_is_cut_off_on_a_phone_and_gloves_hit_everything(visit: Visit, locale: str) -> None:
    for view in ("board", "history", "system", "cast?cast_id=C-1", "gauge", "what-if", "wall"):
        page = visit(f"#/{view}", locale=locale, viewport=PHONE)
        expect(page.locator("body")).to_have_attribute("data-link", "live")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], view
        assert faults(page) == [], view
        assert small_targets(page) == [], view

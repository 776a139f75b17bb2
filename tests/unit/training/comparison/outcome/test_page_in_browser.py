import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright

from training.comparison.content import ComparisonReport
from training.comparison.outcome.page import render_comparison

CHROMIUM = shutil.which("chromium")

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")]


@pytest.fixture(scope="module")
def address(comparison: ComparisonReport, tmp_path_factory: pytest.TempPathFactory) -> str:
    file: Path = tmp_path_factory.mktemp("report") / "comparison.html"
    file.write_text(render_comparison(comparison), encoding="utf-8")
    return file.as_uri()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_barrier(browser: Browser, address: str, scheme: Literal["light", "dark"]) -> None:
    page = browser.new_page(color_scheme=scheme, bypass_csp=True)
    page.goto(address)
    assert [rule["id"] for rule in Axe().run(page).response["violations"]] == []


def test_the_page_asks_the_network_for_nothing(browser: Browser, address: str) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


@pytest.mark.parametrize("width", [1366, 390])
def test_the_page_fits_the_screen(browser: Browser, address: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [1440, 1000])
def test_the_first_screen_holds_the_four_answers(browser: Browser, address: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(address)
    assert page.locator(".answers section").count() == 4
    assert page.evaluate("document.querySelector('.answers').getBoundingClientRect().bottom") <= 900


@pytest.mark.parametrize("width", [1440, 1000, 390])
def test_no_table_is_cut_on_the_right(browser: Browser, address: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(address)
    reached = page.evaluate(
        """[...document.querySelectorAll("table")].map((table) => {
          const box = table.parentElement;
          box.scrollLeft = box.scrollWidth;
          return Math.floor(table.getBoundingClientRect().right - box.getBoundingClientRect().right);
        })"""
    )
    assert reached
    assert max(reached) <= 0

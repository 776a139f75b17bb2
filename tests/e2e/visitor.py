"""Somebody who looks at the operator page in headless Chromium and notes whatever a page must not do."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, ViewportSize, sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
DESK: ViewportSize = {"width": 1440, "height": 900}
WALL: ViewportSize = {"width": 1920, "height": 1080}
LARGE_WALL: ViewportSize = {"width": 3840, "height": 2160}
PHONE: ViewportSize = {"width": 390, "height": 844}


def has_chromium() -> bool:
    """Whether this machine has a browser."""
    return any(map(shutil.which, BROWSERS))


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser of the machine; the test is skipped where there is none."""
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable)
        yield browser
        browser.close()


class Visitor:
    """One visit with a clean browser profile: what was said on the console, and which hosts were asked."""

    def __init__(self, browser: Browser, address: str, locale: str = "en-GB", viewport: ViewportSize = DESK) -> None:
        self.address = address
        self.complaints: list[str] = []
        self.strange_requests: list[str] = []
        self._context = browser.new_context(locale=locale, viewport=viewport)
        self.page: Page = self._context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._see)

    def go(self, place: str = "") -> Page:
        """Open the page, or a view of it."""
        self.page.goto(f"{self.address}/{place}")
        return self.page

    def leave(self) -> None:
        """End the visit."""
        self._context.close()

    def _hear(self, message: ConsoleMessage) -> None:
        is_of_the_machine = "ERR_NETWORK_CHANGED" in message.text  # an interface came or went, as containers do
        if message.type in {"error", "warning"} and not is_of_the_machine:
            self.complaints.append(message.text)

    def _see(self, request: Request) -> None:
        if not request.url.startswith((self.address, "blob:")):
            self.strange_requests.append(request.url)

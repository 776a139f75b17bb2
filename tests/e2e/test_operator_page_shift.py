"""A shift on the operator page, in real Chromium: seen, and accepted by a press."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from service.contract.artifact import read_active
from service.monitoring.shift.watch import FILE
from tests.e2e.conftest import Visit
from tests.e2e.running_service import RunningService
from tests.integration.service.test_shift import shifted

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    running = RunningService(tmp_path_factory.mktemp("shift"))
    (running.folder / "data" / FILE).write_text(shifted(read_active(running.folder / "artifacts")))
    with running:
        yield running


def test_it_is_seen_and_a_press_accepts_it(visit: Visit) -> None:
    page = visit("#/system")
    row = page.locator("#shift-rows tr").filter(has_text="cam-1")
    expect(row).to_contain_text("shifted since")
    expect(row).to_contain_text("100")
    row.get_by_role("button", name="Accept").click()
    page.locator("#shift-reason").fill("new lamp")
    page.locator("#shift-form button").click()
    page.locator("#name-field").fill("Ada")
    page.locator("#name-form button").click()
    expect(row).to_contain_text("no shift")
    expect(row.get_by_role("button")).to_have_count(0)

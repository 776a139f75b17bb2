"""The shadow model on the operator page, in real Chromium: chosen, looked at, promoted, dropped."""

import httpx
import pytest
from playwright.sync_api import Page, expect

from service.contract.artifact import read_active, write_active
from tests.e2e.conftest import Visit
from tests.e2e.running_service import RunningService
from tests.integration.service.test_shadow import dark_well
from tests.pictures import jpeg
from tests.small_artifact import write_artifact
from tests.wells import good_well

pytestmark = pytest.mark.browser


def other_artifact(service: RunningService, name: str) -> str:
    """An artefact that calls ordinary good wells leaks; not active."""
    root = service.folder / "artifacts"
    active = read_active(root)
    artifact = write_artifact(root, name, well=dark_well)
    write_active(root, active)
    return artifact


def choose(page: Page, artifact: str) -> None:
    page.get_by_role("button", name="Choose a shadow model").click()
    page.locator("#shadow-artifact").fill(artifact)
    page.locator("#shadow-every").fill("1")
    page.locator("#shadow-reason").fill("new data")
    page.get_by_role("button", name="Confirm").click()
    page.locator("#name-field").fill("Ada")
    page.locator("#name-form button").click()
    expect(page.locator("#shadow-facts")).to_contain_text("Ada")


def test_what_it_finds_is_seen_and_a_press_drops_it(visit: Visit, service: RunningService) -> None:
    artifact = other_artifact(service, "dropped")
    page = visit("#/system")
    expect(page.get_by_role("button", name="Promote")).to_be_hidden()
    choose(page, artifact)
    image = jpeg(good_well(1))
    answer = httpx.post(f"{service.address}/v1/inspect?camera_id=cam-9&well_id=7", content=image)
    assert answer.json()["verdict"] == "no_leak"
    row = page.locator("#shadow-flips tr").filter(has_text="cam-9")
    expect(row).to_have_count(1, timeout=15_000)
    expect(row).to_contain_text("No leak")
    row.get_by_role("button").click()
    expect(page.locator("#decision")).to_contain_text("cam-9")
    page.locator("#decision [data-closes], #decision .close").first.click()
    page.get_by_role("button", name="Drop").click()
    page.locator("#shadow-reason").fill("seen enough")
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator("#shadow-facts")).to_contain_text("None")


def test_a_press_promotes_it(visit: Visit, service: RunningService) -> None:
    artifact = other_artifact(service, "promoted")
    before = httpx.get(f"{service.address}/v1/model").json()["artifact"]
    page = visit("#/system")
    choose(page, artifact)
    page.get_by_role("button", name="Promote").click()
    page.locator("#shadow-reason").fill("two weeks without a flip")
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator("#system-cards")).to_contain_text(artifact, timeout=15_000)
    expect(page.get_by_role("button", name="Promote")).to_be_hidden(timeout=15_000)
    assert httpx.get(f"{service.address}/v1/model").json()["artifact"] == artifact
    (newest, *_) = httpx.get(f"{service.address}/v1/model/activations").json()["items"]
    assert (newest["operator"], newest["reason"]) == ("Ada", "two weeks without a flip")
    httpx.post(f"{service.address}/v1/model/activate", json={"artifact": before})

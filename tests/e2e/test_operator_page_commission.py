"""A camera is commissioned on the operator page, in real Chromium: its steps, its scores, who arms it."""

import ast
import inspect
import json
import re
from collections.abc import Iterator
from types import ModuleType

import httpx
import pytest
from playwright.sync_api import Page, expect

from service.contract.artifact import read_active
from service.contract.commissioning import commissioning
from service.control_room.commissioning import progress
from tests.e2e.conftest import Visit
from tests.e2e.geometry import faults, small_targets
from tests.e2e.running_service import RunningService
from tests.e2e.test_operator_page_looks import assert_accessible
from tests.e2e.visitor import PHONE
from tests.pictures import jpeg
from tests.small_artifact import THRESHOLD, rewrite_manifest
from tests.wells import filmed_well, leaking_well

pytestmark = pytest.mark.browser

GOOD = [frame for scene in range(30) for frame in filmed_well(scene, 4, stain=15)]
LEAKS = [leaking_well(seed) for seed in range(40)]
CAMERAS = {"cam-1": GOOD, "cam-2": [*GOOD, *LEAKS], "cam-3": GOOD[:20]}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """A service that has seen three cameras, and has been started again since."""
    folder = tmp_path_factory.mktemp("commission")
    running = RunningService(folder, archive_good_share=1.0)
    known = {"value": THRESHOLD, "strategy": "decision_stump", "lowest_leak": 0.01}
    rewrite_manifest(folder / "artifacts" / read_active(folder / "artifacts"), threshold=known)
    with running:
        for camera, pictures in CAMERAS.items():
            files = [("files", ("crop.jpg", jpeg(picture))) for picture in pictures]
            meta = [{"camera_id": camera, "well_id": f"{number % 8}a"} for number in range(len(pictures))]
            posted = httpx.post(f"{running.address}/v1/inspect/batch", files=files, data={"meta": json.dumps(meta)})
            posted.raise_for_status()
        running.terminate()  # then the archive has written everything
        running.kill()
        running.start()
        yield running


def choose(page: Page, camera: str) -> None:
    page.locator("#commission-cameras button", has_text=camera).click()
    expect(page.locator("#commission-title")).to_have_text(camera)


def test_a_camera_is_armed_and_disarmed_by_keyboard(visit: Visit, service: RunningService) -> None:
    page = visit("#/commission?camera=cam-1")
    expect(page.locator("#commission-state")).to_have_text("Ready to arm")
    expect(page.locator("#commission-steps [data-step=done]")).to_have_count(3)
    assert page.locator("#commission-chart rect.bar-good").count() > 5
    expect(page.locator("#commission-figures")).to_contain_text("Predicted: leak")
    page.locator("#commission-name").focus()
    page.keyboard.type("Anna")
    page.keyboard.press("Tab")
    page.keyboard.type("new lens")
    page.keyboard.press("Enter")
    expect(page.locator("#commission-state")).to_have_text("Armed")
    expect(page.locator("#commission-cameras tr", has_text="cam-1")).to_contain_text("Anna")
    view = service.read("/v1/cameras/cam-1/commissioning")
    assert (view["armed"]["operator"], view["armed"]["reason"]) == ("Anna", "new lens")
    page.locator("#commission-disarm").press("Enter")
    expect(page.locator("#commission-state")).to_have_text("Ready to arm")
    assert service.read("/v1/cameras/cam-1/commissioning")["cut"] == THRESHOLD


def test_a_camera_that_may_not_be_armed_says_why(visit: Visit) -> None:
    page = visit("#/system")
    page.get_by_role("link", name="Commission cameras").click()
    choose(page, "cam-2")
    expect(page.locator("#commission-state")).to_have_text("May not be armed")
    expect(page.locator("#commission-refusals")).to_contain_text("as leaks do")
    expect(page.locator("#commission-arm")).to_be_disabled()
    page.get_by_role("button", name="Picture 1", exact=True).click()
    expect(page.locator("#decision")).to_be_visible()
    page.keyboard.press("Escape")
    choose(page, "cam-3")
    expect(page.locator("#commission-state")).to_have_text("Collecting pictures")
    expect(page.locator("#commission-steps")).to_contain_text("20 of 100 pictures")


def test_reasons_are_told_in_the_language_of_the_page(visit: Visit) -> None:
    page = visit("#/commission?camera=cam-2", locale="ru-RU")
    expect(page.locator("#commission-refusals")).to_contain_text("обучите артефакт")
    choose(page, "cam-3")
    expect(page.locator("#commission-refusals")).to_contain_text("Снимков 20, этого мало: нужно не меньше 100.")


def test_the_page_knows_every_reason_of_the_service(visit: Visit) -> None:
    """The words of the page are the templates in the code, so that a changed one is not left in English unnoticed."""
    words: dict[str, str] = visit().evaluate("async () => (await import('/page/strings_en_refusals.js')).default")
    known = {re.sub(r"\{\w+\}", "{}", one) for one in words.values()}
    said = {*_templates(commissioning, "_too_few", "_too_unlike", "_not_told_apart")}
    said |= {*_templates(progress, "_unseen_wells", "_milder_leak")}
    assert len(said) > 8
    assert {one.replace("knows{}", "knows") for one in said} <= known  # the commonest reason, or none


def _templates(module: ModuleType, *functions: str) -> Iterator[str]:
    """The sentences of these functions with `{}` in their holes."""
    for function in ast.parse(inspect.getsource(module)).body:
        if isinstance(function, ast.FunctionDef) and function.name in functions:
            for node in ast.walk(function):
                if isinstance(node, ast.JoinedStr):
                    parts = [str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values]
                    if " " in "".join(parts):  # else it is how a figure is written
                        yield "".join(parts)


@pytest.mark.parametrize("colours", ["dark", "light"])
def test_it_is_accessible_in_both_colours(visit: Visit, colours: str) -> None:
    page = visit()
    page.evaluate("colours => localStorage.setItem('leak-inspection.colours', colours)", colours)
    page.goto(f"{page.url.partition('#')[0]}#/commission?camera=cam-2")
    page.reload()
    expect(page.locator("#commission-state")).to_have_text("May not be armed")
    assert_accessible(page)


def test_it_fits_a_phone_in_russian(visit: Visit) -> None:
    page = visit("#/commission?camera=cam-1", locale="ru-RU", viewport=PHONE)
    expect(page.locator("#commission-state")).to_have_text("Можно вводить в работу")
    assert faults(page) == []
    assert small_targets(page) == []

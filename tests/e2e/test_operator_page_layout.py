"""The layout of a camera on the operator page, in real Chromium: drag, name, add, remove, and what is cut."""

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, expect

from service.contract.alignment.layout import Layout
from tests.e2e.conftest import Visit
from tests.e2e.running_service import RunningService
from tests.frames import drawn_frame, places, png, write_cameras

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    folder = tmp_path_factory.mktemp("layout")
    with RunningService(folder, cameras_file=write_cameras(folder)) as running:
        yield running


def layout_on(page: Page) -> dict[str, Any]:
    """The layout that the page says to write, as the service would read it."""
    layout: dict[str, Any] = tomllib.loads(page.locator("#layout-text").input_value())["cameras"]["cam-1"]["layout"]
    Layout.model_validate(layout | {"reference": "table.png"})
    return layout


def well(page: Page, name: str) -> Any:  # noqa: ANN401  # a locator
    return page.locator(f'#layout-frame polygon[data-well="{name}"]')


def test_the_layout_of_a_camera_is_shown_as_it_is_served(visit: Visit) -> None:
    page = visit("#/layout")
    expect(page.locator("#layout-crops canvas")).to_have_count(len(places()))
    layout = layout_on(page)
    assert layout["wells"] == {name: list(box) for name, box in places().items()}
    assert len(layout["sha256"]) == 64


def test_a_well_is_dragged_resized_named_and_removed(visit: Visit) -> None:
    page = visit("#/layout")
    well(page, "1a").click()
    box = well(page, "1a").bounding_box()
    scale = page.locator("#layout-frame").bounding_box()["width"] / drawn_frame().shape[1]  # type: ignore[index]
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + 10 * scale, middle[1] + 20 * scale, steps=4)
    page.mouse.up()
    left, top, width, height = places()["1a"]
    assert layout_on(page)["wells"]["1a"] == [left + 10, top + 20, width, height]
    page.locator("#layout-frame").press("ArrowLeft")
    page.locator("#layout-frame").press("Shift+ArrowDown")
    assert layout_on(page)["wells"]["1a"] == [left + 9, top + 20, width, height + 1]
    page.locator("#layout-name").fill("left-1")
    page.locator("#layout-name").press("Enter")
    assert next(iter(layout_on(page)["wells"])) == "left-1"
    page.locator("#layout-name").fill("2a")
    page.locator("#layout-name").press("Enter")
    expect(page.locator("#layout [role=status]")).to_contain_text("another well's")
    page.locator("#layout-remove").click()
    assert "left-1" not in layout_on(page)["wells"]
    page.locator("#layout-add").click()
    assert len(layout_on(page)["wells"]) == len(places())


def test_another_frame_can_be_laid_below_the_wells(visit: Visit) -> None:
    page = visit("#/layout")
    expect(page.locator("#layout-crops canvas")).to_have_count(len(places()))
    before = layout_on(page)
    frame = png(drawn_frame(seed=4))
    page.locator("#layout input[type=file]").set_input_files(
        FilePayload(name="f.png", mimeType="image/png", buffer=frame)
    )
    expect(page.locator("#layout-text")).not_to_have_value(before["sha256"])
    page.wait_for_function("sum => !document.getElementById('layout-text').value.includes(sum)", arg=before["sha256"])
    assert layout_on(page)["wells"] == before["wells"]

"""The board of a camera with a layout, in real Chromium: its last frame, the wells on it, and the grid in its place."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from service.contract.picture import Pixels
from tests.e2e.conftest import Visit
from tests.e2e.running_service import RunningService
from tests.frames import SIZE, drawn_frame, places, png, write_cameras

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    folder = tmp_path_factory.mktemp("frame")
    path = write_cameras(folder)
    path.write_text(path.read_text().replace("interval_s = 1", "interval_s = 60"))
    with RunningService(folder, cameras_file=path) as running:
        yield running


def send(service: RunningService, frame: Pixels) -> None:
    """Have a frame judged."""
    answer = httpx.post(f"{service.address}/v1/inspect/frame?camera_id=cam-1", content=png(frame))
    answer.raise_for_status()


def box_of(page: Page, selector: str) -> tuple[float, float, float, float]:
    """Left, top, right and bottom on the screen."""
    box = page.locator(selector).bounding_box()
    assert box is not None
    return box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]


def outline_of(page: Page, name: str) -> list[float]:
    """Left, top, right and bottom of a well on the screen, without its stroke."""
    corners: list[float] = page.locator(f'.frame-well[data-well="{name}"] polygon').evaluate(
        """shape => [shape.points[0], shape.points[2]].flatMap(point => {
            const at = point.matrixTransform(shape.getScreenCTM());
            return [at.x, at.y];
        })"""
    )
    return corners


def test_the_wells_lie_on_the_last_frame_and_a_click_opens_one(service: RunningService, visit: Visit) -> None:
    send(service, drawn_frame(("3a", "16a"), seed=2))
    page = visit()
    expect(page.locator(".camera-frame")).to_be_visible()
    expect(page.locator(".frame-well")).to_have_count(len(places()))
    expect(page.locator('.frame-well[data-well="3a"]')).to_have_attribute("data-verdict", "leak")
    expect(page.locator('.frame-well[data-well="4a"]')).to_have_attribute("data-verdict", "no_leak")
    expect(page.locator(".wells")).to_be_hidden()
    frame = box_of(page, ".camera-frame image")
    scale = (frame[2] - frame[0]) / SIZE[0]
    for name, (left, top, width, height) in places().items():
        wanted = (left, top, left + width, top + height)
        on_screen = [at + scale * far for at, far in zip(frame[:2] * 2, wanted, strict=True)]
        assert outline_of(page, name) == pytest.approx(on_screen, abs=1)
        mark = box_of(page, f'.frame-well[data-well="{name}"] .mark')
        assert on_screen[0] <= mark[0] < mark[2] <= on_screen[2] + 1, "the mark lies in its well"
        assert on_screen[1] <= mark[1] < mark[3] <= on_screen[3] + 1, "the mark lies in its well"
    page.locator('.frame-well[data-well="3a"]').click()
    expect(page.locator("#decision")).to_be_visible()
    expect(page.locator("#decision")).to_contain_text("3a")
    page.keyboard.press("Escape")
    page.locator('.frame-well[data-well="16a"]').press("Enter")
    expect(page.locator("#decision")).to_contain_text("16a")


def test_a_newer_frame_takes_the_place_of_the_last(service: RunningService, visit: Visit) -> None:
    send(service, drawn_frame(seed=3))
    page = visit()
    expect(page.locator(".camera-frame")).to_be_visible()
    before = page.locator(".camera-frame image").get_attribute("href")
    assert before is not None
    send(service, drawn_frame(("5a",), seed=4))
    expect(page.locator(".camera-frame image")).not_to_have_attribute("href", before)
    expect(page.locator('.frame-well[data-well="5a"]')).to_have_attribute("data-verdict", "leak")


def test_the_grid_is_one_click_away_and_remembered(service: RunningService, visit: Visit) -> None:
    send(service, drawn_frame(seed=5))
    page = visit()
    expect(page.locator(".camera-frame")).to_be_visible()
    page.get_by_role("button", name="Show the grid").click()
    expect(page.locator(".camera-frame")).to_be_hidden()
    expect(page.locator(".wells")).to_be_visible()
    page.reload()
    expect(page.locator(".wells")).to_be_visible()
    page.get_by_role("button", name="Show the frame").click()
    expect(page.locator(".camera-frame")).to_be_visible()

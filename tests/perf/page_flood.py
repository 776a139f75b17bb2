"""What a flood costs the operator page: ``python -m tests.perf.page_flood [OTHER_PAGE] [ROUNDS] [SECONDS]``.

Six cameras of 80 wells send 280 pictures a second to a service; 240 wells leak all the time, so that as many alarms
stand. A browser shows the board from this checkout and from the folder OTHER_PAGE (another checkout's
``service/operator_page``) in turn. Printed: the share of one core that the page's main thread takes, the processor time
of its longest tasks, and how many take more than 50 ms; ``clock`` is the time on the clock, which holds whatever else a
busy machine does. With ``PROFILE`` set to a folder a CPU profile of each turn is left there, for the browser's tools.
"""

import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import Any

import httpx
from playwright.sync_api import Browser, CDPSession, Page, Route

from service.routes.operator import PAGE
from tests.e2e.running_service import RunningService
from tests.e2e.visitor import DESK, chromium
from tests.pictures import jpeg
from tests.wells import good_well, leaking_well

CAMERAS = 6
WELLS = 80
LEAKING = 40
RATE_HZ = 280
VARIANTS = 4
SETTLE_S = 6.0
LONG_MS = 50.0
CATEGORIES = ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline"]


def main(other: Path | None = None, rounds: int = 3, seconds: float = 15.0) -> None:
    """Measure and print."""
    with (
        tempfile.TemporaryDirectory() as folder,
        RunningService(Path(folder)) as service,
        _flood(service),
        chromium() as browser,
    ):
        time.sleep(SETTLE_S)
        print(json.dumps(service.read("/v1/alarms/figures")["standing"]), "alarms stand")  # noqa: T201
        pages = [page for page in (other, PAGE) if page is not None]
        for turn in range(rounds):
            for page in pages:
                print(page, json.dumps(_watched(browser, service, page, seconds, turn)), flush=True)  # noqa: T201


@contextmanager
def _flood(service: RunningService) -> Iterator[None]:
    over = threading.Event()
    thread = threading.Thread(target=_send, args=(service.address, over))
    thread.start()
    yield
    over.set()
    thread.join()


def _send(address: str, over: threading.Event) -> None:
    frames = cycle([_frame(camera, variant) for variant in range(VARIANTS) for camera in range(CAMERAS)])
    due = time.monotonic()
    with httpx.Client(base_url=address, timeout=60) as client:
        while not over.wait(max(0.0, due - time.monotonic())):
            client.send(
                client.build_request("POST", "/v1/inspect/batch", **next(frames))
            )  # a 503 of a busy machine is as good
            due += WELLS / RATE_HZ


def _frame(camera: int, variant: int) -> dict[str, Any]:
    draws = [leaking_well if well < LEAKING else good_well for well in range(WELLS)]
    pictures = [jpeg(draw(1000 * camera + 100 * variant + well)) for well, draw in enumerate(draws)]
    meta = [{"camera_id": f"cam-{camera + 1}", "well_id": str(well + 1), "cast_id": "C-7"} for well in range(WELLS)]
    request = httpx.Request(
        "POST",
        "http://host",
        files=[("files", ("a.jpg", one, "image/jpeg")) for one in pictures],
        data={"meta": json.dumps(meta)},
    )
    return {"content": request.read(), "headers": {"Content-Type": request.headers["Content-Type"]}}


def _watched(browser: Browser, service: RunningService, folder: Path, seconds: float, turn: int) -> dict[str, Any]:
    context = browser.new_context(viewport=DESK, locale="en-GB")
    page = context.new_page()
    _serve_from(page, service.address, folder)
    page.goto(service.address)
    page.locator(".card").nth(5 * LEAKING).wait_for(state="attached", timeout=60_000)
    page.wait_for_timeout(SETTLE_S * 1000)
    client = context.new_cdp_session(page)
    profiles = os.environ.get("PROFILE")
    if profiles:
        client.send("Profiler.enable")
        client.send("Profiler.setSamplingInterval", {"interval": 500})
        client.send("Profiler.start")
    tasks, figures = _tasks_of(browser, page, client, seconds)
    if profiles:
        name = f"{folder.parts[-3]}-{turn}.cpuprofile"
        (Path(profiles) / name).write_text(json.dumps(client.send("Profiler.stop")["profile"]))
    context.close()
    cpu = sorted((one["tdur"] / 1000 for one in tasks), reverse=True)
    clock = sorted((one["dur"] / 1000 for one in tasks), reverse=True)
    figures |= {"cpu_ms_longest": [round(one) for one in cpu[:5]], "cpu_over_50": sum(one > LONG_MS for one in cpu)}
    figures |= {
        "clock_ms_longest": [round(one) for one in clock[:3]],
        "clock_over_50": sum(one > LONG_MS for one in clock),
    }
    return figures | {"median_of_ten_longest_a_second": round(median(cpu[: int(10 * seconds)]), 1)}


def _serve_from(page: Page, address: str, folder: Path) -> None:
    def fulfil(route: Route) -> None:
        name = route.request.url.removeprefix(address).removeprefix("/page/").strip("/") or "index.html"
        route.fulfill(path=folder / name)

    page.route(f"{address}/", fulfil)
    page.route(f"{address}/page/*", fulfil)


def _tasks_of(
    browser: Browser, page: Page, client: CDPSession, seconds: float
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The tasks of the page's main thread, and its share of a core by what it was for."""
    client.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = _metrics(client)
    browser.start_tracing(page=page, categories=CATEGORIES)
    page.wait_for_timeout(seconds * 1000)
    trace = json.loads(browser.stop_tracing())["traceEvents"]
    after = _metrics(client)
    spent = {
        name: after[name] - before[name]
        for name in ("TaskDuration", "ScriptDuration", "LayoutDuration", "RecalcStyleDuration")
    }
    main = _main_thread(trace)
    tasks = [
        one for one in trace if one["name"].endswith("RunTask") and (one["pid"], one["tid"]) == main and "tdur" in one
    ]
    figures = {
        f"{name.removesuffix('Duration').lower()}_share": round(value / seconds, 3) for name, value in spent.items()
    }
    return tasks, figures | {"nodes": after["Nodes"], "heap_mb": round(after["JSHeapUsedSize"] / 2**20, 1)}


def _main_thread(trace: list[dict[str, Any]]) -> tuple[int, int]:
    """The renderer whose main thread was busiest: no other page is open."""
    threads = {
        (one["pid"], one["tid"])
        for one in trace
        if one["name"] == "thread_name" and one["args"]["name"] == "CrRendererMain"
    }
    busy = dict.fromkeys(threads, 0.0)
    for one in trace:
        if one["name"].endswith("RunTask") and (one["pid"], one["tid"]) in busy:
            busy[one["pid"], one["tid"]] += one.get("tdur", 0)
    return max(busy, key=busy.__getitem__)


def _metrics(client: CDPSession) -> dict[str, float]:
    return {one["name"]: one["value"] for one in client.send("Performance.getMetrics")["metrics"]}


if __name__ == "__main__":
    main(*(kind(value) for kind, value in zip((Path, int, float), sys.argv[1:], strict=False)))

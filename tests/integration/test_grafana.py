"""The dashboard: what provisioning expects of it, and that each of its queries finds data in a real Prometheus."""

import asyncio
import json
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from service.simulation.events import parse_event
from service.simulation.gallery import Gallery
from service.simulation.plant import Plant
from service.simulation.result import SimulationResult
from service.simulation.sender import Sender, SendingRate
from tests.e2e.running_service import RunningService
from tests.e2e.stack import eventually
from tests.e2e.watched import Watched, has_prometheus
from tests.frames import drawn_frame, write_cameras
from tests.mjpeg_camera import MjpegCamera, showing
from tests.wells import write_wells

ROOT = Path(__file__).resolve().parents[2]
GRAFANA = ROOT / "docker" / "grafana"
DASHBOARD = json.loads((GRAFANA / "dashboards" / "leak-inspection.json").read_text())
PANELS: list[dict[str, Any]] = DASHBOARD["panels"]
VARIABLES = {"$__rate_interval": "5s", "$camera": ".*"}
CAMERAS = '[cameras.cam-1]\ninterval_s = 0.25\nwells = ["1a", "9b"]\n[cameras.cam-2]\ninterval_s = 0.25\n'
RUN_S = 6.0
SENT = 'sum(leak_inspection_decisions_total{camera_id!="cam-3"})'
EVENTS = ("leak:cam-1:1a@1", "stale:cam-2:1a@1", "pause:cam-2@3+2")


def provisioned(kind: str) -> dict[str, Any]:
    (path,) = (GRAFANA / "provisioning" / kind).glob("*.yml")
    content: dict[str, Any] = yaml.safe_load(path.read_text())
    assert content["apiVersion"] == 1
    return content


def queries() -> list[tuple[str, str]]:
    return [(panel["title"], target["expr"]) for panel in PANELS for target in panel["targets"]]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    if not has_prometheus():
        pytest.skip("needs Prometheus: make system-packages")
    folder = tmp_path_factory.mktemp("watched")
    camera = MjpegCamera(showing(drawn_frame()))
    cameras = write_cameras(folder, "cam-3")
    cameras.write_text(
        f'{CAMERAS}{cameras.read_text()}[cameras.cam-3.source]\nurl = "http://127.0.0.1:{camera.port}/"\n'
    )
    settings = {"cameras_file": cameras, "webhook_url": "http://127.0.0.1:9/"}
    with RunningService(folder, **settings) as service, Watched(service) as watched:
        result = asyncio.run(scripted_run(service.address, write_wells(folder / "wells")))
        assert set(result.verdicts) == {"no_leak", "leak", "unknown"}
        eventually(lambda: watched.value(SENT) == result.sent, "all is counted")
        yield watched
    camera.close()


async def scripted_run(address: str, wells: Path) -> SimulationResult:
    plant = Plant(Gallery.read(wells), cameras=2, wells=4, events=[parse_event(event) for event in EVENTS])
    result = SimulationResult(4 * 2 * 4)
    async with httpx.AsyncClient(base_url=address) as client:
        await Sender(plant, SendingRate(4, RUN_S), client, result).run()
        await client.post("/v1/inspect", content=b"no picture")
    return result


@pytest.mark.parametrize(("title", "expression"), queries())
def test_every_query_of_the_dashboard_finds_data(title: str, expression: str, watched: Watched) -> None:
    for name, value in VARIABLES.items():
        expression = expression.replace(name, value)
    found = watched.query_range(expression, RUN_S)
    values = [value for series in found for _, value in series["values"] if value != "NaN"]
    assert values, title


def test_the_variable_offers_every_camera(watched: Watched) -> None:
    (variable,) = DASHBOARD["templating"]["list"]
    metric, label = variable["definition"].removeprefix("label_values(").removesuffix(")").split(", ")
    assert {series["metric"][label] for series in watched.query(metric)} == {"cam-1", "cam-2", "cam-3", "other"}


def test_the_data_source_is_the_prometheus_of_the_stack() -> None:
    (source,) = provisioned("datasources")["datasources"]
    assert (source["type"], source["access"], source["url"]) == ("prometheus", "proxy", "http://prometheus:9090")
    for part in (*PANELS, *(target for panel in PANELS for target in panel["targets"])):
        assert part["datasource"] == {"type": "prometheus", "uid": source["uid"]}


def test_grafana_looks_for_dashboards_where_compose_puts_them() -> None:
    (provider,) = provisioned("dashboards")["providers"]
    service = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["grafana"]
    mounts = dict(volume.split(":")[:2] for volume in service["volumes"])
    assert mounts["./docker/grafana/dashboards"] == provider["options"]["path"]
    assert mounts["./docker/grafana/provisioning"] == "/etc/grafana/provisioning"
    home = Path(service["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"])
    assert home.parent == Path(provider["options"]["path"])
    assert (GRAFANA / "dashboards" / home.name).exists()


def test_the_dashboard_has_what_provisioning_asks_for() -> None:
    assert DASHBOARD["uid"] == "leak-inspection"
    assert DASHBOARD["title"]
    assert DASHBOARD["schemaVersion"] >= 39
    assert "id" not in DASHBOARD  # Grafana gives it
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)
    for panel in PANELS:
        assert panel["type"] in {"timeseries", "stat"}
        assert panel["title"]
        assert panel["description"]
        references = [target["refId"] for target in panel["targets"]]
        assert len(set(references)) == len(references)


def test_panels_lie_beside_each_other_on_the_grid() -> None:
    places = [panel["gridPos"] for panel in PANELS]
    assert all(place["x"] + place["w"] <= 24 for place in places)
    for one, other in combinations(places, 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        below = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or below


@pytest.mark.parametrize("title", ["Score against threshold", "Drift", "Answer time", "Time by stage"])
def test_a_panel_with_a_limit_draws_it(title: str) -> None:
    (panel,) = [panel for panel in PANELS if panel["title"] == title]
    limit = panel["fieldConfig"]["defaults"]["thresholds"]["steps"][-1]["value"]
    assert limit == (0.05 if "time" in title.lower() else 1)
    assert panel["fieldConfig"]["defaults"]["custom"]["thresholdsStyle"]["mode"] == "line"
